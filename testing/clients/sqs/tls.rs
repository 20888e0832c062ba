//! TLS as clients meet it: unmodified SDKs and curl against the real binary, with certificates made for the test.

use crate::boto3::scenario;
use crate::rust_sdk::{client_at, queue};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use clients::Server;
use clients::http::request;
use clients::python::{finish, python, skip};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// A server that speaks TLS, and the files of those who speak with it.
struct Secured {
    server: Server,
    folder: TempDir,
}

impl Secured {
    fn start(asks_clients: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder for certificates");
        let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
        let write = |name: &str, text: &str| std::fs::write(path(name), text).expect("a file");
        let (authority, pem) = authority();
        let mut server = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("a good name");
        server.distinguished_name.push(DnType::CommonName, "server");
        let mut client = CertificateParams::default();
        client.distinguished_name.push(DnType::CommonName, "orders");
        write("authorities.crt", &pem);
        for (name, mut params) in [("server", server), ("client", client)] {
            // Python's strict checks want certificates to name their authority's key.
            params.use_authority_key_identifier_extension = true;
            let key = KeyPair::generate().expect("a key");
            let certificate = params.signed_by(&key, &authority).expect("a certificate").pem();
            write(&format!("{name}.crt"), &certificate);
            write(&format!("{name}.key"), &key.serialize_pem());
            write(&format!("{name}.pem"), &(certificate + &key.serialize_pem()));
        }
        let (cert, key, authorities) = (path("server.crt"), path("server.key"), path("authorities.crt"));
        let mut arguments = vec!["--tls-cert", &cert, "--tls-key", &key];
        if asks_clients {
            arguments.extend(["--tls-client-ca", &authorities]);
        }
        Self { server: Server::start_with(&arguments), folder }
    }

    fn endpoint(&self) -> String {
        format!("https://{}", self.server.sqs())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs curl with these arguments; what it prints.
    fn curl(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("curl");
        command.arg("--silent").arg("--cacert").arg(self.file("authorities.crt")).args(arguments);
        String::from_utf8(finish(&mut command).stdout).expect("UTF-8")
    }
}

fn authority() -> (Issuer<'static, KeyPair>, String) {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    // So do they want an authority to say what its key is for.
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let key = KeyPair::generate().expect("a key");
    let pem = params.self_signed(&key).expect("a certificate").pem();
    (Issuer::new(params, key), pem)
}

/// Whether there is a curl that speaks HTTP/2.
fn has_curl() -> bool {
    let version = Command::new("curl").arg("--version").output();
    let speaks = version.is_ok_and(|version| String::from_utf8_lossy(&version.stdout).contains("HTTP2"));
    if !speaks {
        skip("requests with curl over HTTP/2", "curl with HTTP/2");
    }
    speaks
}

#[test]
fn boto3_trusts_the_authority_that_it_is_given() {
    let Some(python) = python() else { return };
    let secured = Secured::start(false);
    let play = |authorities: PathBuf| {
        let mut command = scenario(&python, &secured.endpoint(), "messages", "a_message_goes_round");
        finish(command.env("LONGSHORE_AUTHORITIES", authorities))
    };
    let good = play(secured.file("authorities.crt"));
    assert!(good.status.success(), "{}", String::from_utf8_lossy(&good.stderr));
    let other = secured.file("other.crt");
    std::fs::write(&other, authority().1).expect("a file");
    let bad = play(other);
    assert!(String::from_utf8_lossy(&bad.stderr).contains("CERTIFICATE_VERIFY_FAILED"), "it trusts anybody");
}

#[test]
fn boto3_shows_its_certificate_where_one_is_asked_for() {
    let Some(python) = python() else { return };
    let secured = Secured::start(true);
    let mut command = scenario(&python, &secured.endpoint(), "messages", "a_message_goes_round");
    command.env("LONGSHORE_AUTHORITIES", secured.file("authorities.crt"));
    assert!(!finish(&mut command).status.success(), "it got in without a certificate");
    let shown = finish(command.env("LONGSHORE_IDENTITY", secured.file("client.pem")));
    assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
}

#[test]
fn the_command_line_takes_a_bundle_of_authorities() {
    let Some(python) = python() else { return };
    let secured = Secured::start(false);
    let mut aws = Command::new(python.with_file_name("aws"));
    aws.args(["--endpoint-url", &secured.endpoint(), "--ca-bundle"]).arg(secured.file("authorities.crt"));
    aws.args(["sqs", "create-queue", "--queue-name", "jobs"]);
    aws.env("AWS_ACCESS_KEY_ID", "anyone").env("AWS_SECRET_ACCESS_KEY", "anything");
    aws.env("AWS_DEFAULT_REGION", "us-east-1").env("AWS_MAX_ATTEMPTS", "1").env("AWS_PAGER", "");
    aws.env("AWS_CONFIG_FILE", "/nonexistent").env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
    let output = finish(&mut aws);
    let printed = String::from_utf8_lossy(&output.stdout);
    let url = format!("\"QueueUrl\": \"{}/000000000000/jobs\"", secured.endpoint());
    assert!(printed.contains(&url), "{printed}{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn the_rust_sdk_goes_by_the_urls_that_it_is_told() {
    let secured = Secured::start(false);
    let pem = std::fs::read(secured.file("authorities.crt")).expect("it was written");
    let trust = TrustStore::empty().with_pem_certificate(pem);
    let context = TlsContext::builder().with_trust_store(trust).build().expect("a good authority");
    let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    let sqs = client_at(&secured.endpoint(), http.tls_context(context).build_https());
    let url = queue(&sqs, "jobs").await;
    assert_eq!(url, format!("{}/000000000000/jobs", secured.endpoint()));
    sqs.send_message().queue_url(&url).message_body("hello").send().await.expect("a message is sent");
    let received = sqs.receive_message().queue_url(&url).wait_time_seconds(20).send().await.expect("received");
    assert_eq!(received.messages()[0].body(), Some("hello"));
}

#[test]
fn curl_speaks_http_2_by_agreement_and_in_plain_text_by_prior_knowledge() {
    if !has_curl() {
        return;
    }
    let secured = Secured::start(false);
    let version = ["--write-out", " by %{http_version}", "--data", "Action=ListQueues"];
    let check = |arguments: &[&str], endpoint: &str, expected: &str| {
        let printed = secured.curl(&[arguments, &version, &[endpoint]].concat());
        assert!(printed.contains("<ListQueuesResult") && printed.ends_with(expected), "{arguments:?}: {printed}");
    };
    check(&["--http2"], &secured.endpoint(), " by 2");
    check(&["--http1.1"], &secured.endpoint(), " by 1.1");
    let plain = Server::start();
    check(&["--http2-prior-knowledge"], &plain.endpoint(), " by 2");
    // An upgrade from HTTP/1.1 is not offered, which the client takes as it should.
    check(&["--http2"], &plain.endpoint(), " by 1.1");
}

#[test]
fn plain_http_is_told_that_tls_is_expected() {
    let secured = Secured::start(false);
    let answer = request(secured.server.sqs(), "POST", "/", &[], b"Action=ListQueues");
    assert!(answer.status == 400 && answer.body.contains("https://"), "{answer:?}");
}
