//! `packaging/Containerfile`: its steps, against the names that the source really has.

use operating::{Installation, source};

const FILE: &str = "packaging/Containerfile";

/// Instructions and what follows them, in order, each on one line.
fn steps() -> Vec<(String, String)> {
    let text = source::text(FILE);
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let joined = lines.join("\n").replace("\\\n", " ");
    let steps = joined.lines().filter(|line| !line.is_empty()).map(|line| {
        let (instruction, rest) = line.split_once(' ').expect("an instruction and what it works on");
        (instruction.to_owned(), rest.split_whitespace().collect::<Vec<_>>().join(" "))
    });
    steps.collect()
}

fn all(instruction: &str) -> Vec<String> {
    steps().into_iter().filter(|(found, _)| found == instruction).map(|(_, rest)| rest).collect()
}

/// The variables that the image sets.
fn variables() -> Vec<(String, String)> {
    let set = all("ENV").join(" ");
    let pairs = set.split(' ').map(|pair| pair.split_once('=').expect("NAME=VALUE"));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn it_consists_of_known_instructions() {
    let known =
        ["FROM", "RUN", "WORKDIR", "COPY", "ENV", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "ENTRYPOINT", "CMD"];
    for (instruction, _) in steps() {
        assert!(known.contains(&instruction.as_str()), "{instruction}");
    }
    assert_eq!(all("STOPSIGNAL"), ["SIGTERM"]);
}

#[test]
fn it_builds_with_the_compiler_that_the_source_asks_for() {
    let manifest: toml::Table = source::text("Cargo.toml").parse().expect("TOML");
    let version = manifest["workspace"]["package"]["rust-version"].as_str().expect("a version");
    assert!(all("FROM")[0].starts_with(&format!("docker.io/library/rust:{version}-")), "{:?}", all("FROM"));
    let both_from = all("FROM").iter().filter(|image| image.contains("trixie")).count();
    assert_eq!(both_from, 2, "a program runs with the C library that it was built with");
}

#[test]
fn what_it_builds_and_copies_is_there() {
    let build = all("RUN").into_iter().find(|run| run.starts_with("cargo build")).expect("a build");
    assert_eq!(build, "cargo build --release --locked --package longshore");
    let server: toml::Table = source::text("crates/server/Cargo.toml").parse().expect("TOML");
    assert_eq!(server["package"]["name"].as_str(), Some("longshore"));
    for copy in all("COPY") {
        let Some(copy) = copy.strip_prefix("--from=build /source/") else { continue };
        let (from, _to) = copy.split_once(' ').expect("from and to");
        assert!(from == "target/release/longshore" || source::path(from).exists(), "{from}");
    }
    assert_eq!(all("ENTRYPOINT"), [r#"["/usr/local/bin/longshore"]"#]);
    assert!(all("COPY").iter().any(|copy| copy.ends_with(" /usr/local/bin/longshore")));
}

#[test]
fn its_ports_are_the_doors_own() {
    let doors = ["sqs", "amqp", "admin"];
    let ports: Vec<String> = doors.map(source::default_of).to_vec();
    assert_eq!(all("EXPOSE"), [ports.join(" ")]);
    for (door, port) in doors.iter().zip(ports) {
        let expected = (format!("LONGSHORE_{}", door.to_uppercase()), format!("0.0.0.0:{port}"));
        assert!(variables().contains(&expected), "{expected:?}");
    }
}

#[test]
fn its_data_is_a_volume_of_the_user_that_runs_it() {
    let data = variables().into_iter().find(|(name, _)| name == "LONGSHORE_DATA").expect("a data folder").1;
    assert_eq!(all("VOLUME"), [data.as_str()]);
    assert_eq!(all("USER"), ["10001:10001"]);
    let made = all("RUN").into_iter().find(|run| run.starts_with("useradd")).expect("a user");
    assert!(made.contains("--uid 10001 ") && made.contains(&format!("--home-dir {data} ")), "{made}");
    assert!(made.contains("--owner=longshore") && made.ends_with(&format!("--mode=0700 {data}")), "{made}");
}

#[test]
fn without_users_it_refuses_to_serve_strangers_and_says_what_to_do() {
    let mut installation = Installation::new();
    for (name, value) in variables() {
        let value = if name == "LONGSHORE_DATA" { "data" } else { &value };
        // Port 0: the refusal comes before anybody listens, and a port in use must not stand in for it.
        let value = value.split_once(':').map_or_else(|| value.to_owned(), |(host, _port)| format!("{host}:0"));
        installation.environment(&name, &value);
    }
    let (status, said) = installation.with(["serve"]).end();
    assert_eq!(status.code(), Some(4), "{said}");
    assert!(said.contains("--allow-anonymous") && said.contains("users"), "{said}");
}
