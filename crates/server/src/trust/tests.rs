//! Who is trusted, before a server whose authority no machine knows.

use super::listener::https;
use super::*;
use door::tls::test_support::{Authority, write};
use ureq::Agent;

fn posts(url: &str, tls: TlsConfig) -> Result<u16, ureq::Error> {
    let agent = Agent::config_builder().tls_config(tls).build().new_agent();
    agent.post(url).send("hello").map(|answer| answer.status().as_u16())
}

#[test]
fn only_the_authority_of_the_file_is_trusted() {
    let folder = tempfile::tempdir().expect("a folder");
    let authorities = folder.path().join("ca.pem");
    let (ours, other) = (Authority::new("ours"), Authority::new("other"));
    let (url, bodies) = https(&ours.server());
    write(&authorities, &ours.pem);
    assert_eq!(posts(&url, file(&authorities).expect("a certificate")).expect("it is trusted"), 204);
    assert_eq!(bodies.recv().expect("it was taken"), b"hello");
    posts(&url, machines(true)).expect_err("no machine knows it");
    write(&authorities, &other.pem);
    posts(&url, file(&authorities).expect("a certificate")).expect_err("another one signed it");
}

#[test]
fn a_file_without_a_certificate_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let authorities = folder.path().join("ca.pem");
    let shown = || file(&authorities).expect_err("no certificate").to_string();
    assert!(shown().starts_with(&authorities.display().to_string()), "{}", shown());
    write(&authorities, &Authority::new("ours").server().key);
    assert!(shown().ends_with("it holds no certificate in PEM"), "{}", shown());
}
