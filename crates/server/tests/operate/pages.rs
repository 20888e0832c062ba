//! The operators' page about dead letters, as it stands: every line that it tells to type is typed at the real server, and works.
//!
//! In place of what is the page's own come the server's address, a message that is there, its group, the number that is confirmed, and
//! the yes to what is asked. A consumer acknowledges whatever goes back, so that canaries fare well.

use super::typed::Shore;
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use vocab::clock::{Clock, SystemClock};

const PAGE: &str = include_str!("../../../../docs/operating/dead-letters.md");

/// Longer than a canary takes whose consumer is quick.
const SOON_US: u64 = 60_000_000;

/// The lines of a page's blocks; one that ends in a backslash goes on in the next.
fn typed(page: &str) -> Vec<String> {
    let block = page.lines().filter_map(|line| line.strip_prefix("    "));
    let joined = block.collect::<Vec<_>>().join("\n").replace("\\\n", "");
    joined.lines().map(str::to_owned).collect()
}

/// A queue whose failures lie in another, with a consumer that acknowledges everything.
struct Bench {
    shore: Shore,
}

impl Bench {
    fn set() -> Self {
        let shore = Shore::open();
        shore.says(&["queue", "create", "orders-dead"]);
        shore.says(&["queue", "create", "orders", "--dead-letter", "orders-dead"]);
        Self { shore }
    }

    /// A message that waits for its time, so that no consumer takes it.
    fn waiting(&self) -> String {
        self.shore.says(&["send", "orders", "{}", "--delay", "1h"]).trim().to_owned()
    }

    /// A message among the dead letters, by the id it has there.
    fn buried(&self) -> String {
        let id = self.waiting();
        self.shore.says(&["message", "bury", &id, "--reason", "no stock of item 12"]);
        let shown = &self.shore.values(&["message", "show", &id])[0];
        shown["message"]["id"].as_str().expect("it is set aside").to_owned()
    }

    fn group(&self) -> Value {
        self.shore.values(&["dlq", "show", "orders-dead"])[0]["groups"][0].clone()
    }

    /// Asks until no redrive runs that a line before has begun.
    fn rest(&self) {
        let clock = SystemClock::new();
        while self.shore.says(&["dlq", "redrives"]).contains("running") {
            assert!(clock.mono_us() < SOON_US, "a redrive does not end");
        }
    }

    fn put(&self, line: &str) -> String {
        let a_hand = ["release ID", "bury ID", "delete ID"].iter().any(|part| line.contains(part));
        let id = if a_hand { self.waiting() } else { self.buried() };
        let group = self.group();
        let fingerprint = group["fingerprint"].as_str().unwrap_or("3f0a");
        let asks = line.starts_with("longshore dlq drop") || (line.contains("redrive ") && !line.contains("--dry-run"));
        line.replace("127.0.0.1:9325", &self.shore.address)
            .replace("curl ", "curl -sSf ")
            .replace("ID", &id)
            .replace("3f0a", fingerprint)
            .replace("\"confirm\":40", &format!("\"confirm\":{}", group["count"]))
            + if asks && line.starts_with("longshore") { " --yes" } else { "" }
    }

    fn play(&self, line: &str) {
        let program = Path::new(env!("CARGO_BIN_EXE_longshore"));
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", program.parent().expect("a folder").display());
        let typed = self.put(line);
        let mut shell = Command::new("bash");
        shell.args(["-c", &typed]).env_clear().env("PATH", path).env("LONGSHORE_ADMIN", &self.shore.address);
        let output = shell.output().expect("bash is there");
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{typed}\n{told}{}", String::from_utf8_lossy(&output.stderr));
        assert!(!told.trim().is_empty() || line.contains("-X DELETE"), "{typed} says nothing");
    }
}

#[test]
fn every_line_of_the_page_about_dead_letters_works() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("skipped: the page about dead letters (install curl)");
        return;
    }
    let bench = Bench::set();
    let consumer = bench.shore.begins(&["work", "orders", "--max", "2"], &["--", "true"]);
    let lines = typed(PAGE);
    assert!(lines.iter().filter(|line| line.starts_with("curl ")).count() > 8, "{lines:?}");
    assert!(lines.iter().filter(|line| line.starts_with("longshore ")).count() > 10, "{lines:?}");
    for line in &lines {
        bench.rest();
        bench.play(line);
    }
    drop(consumer);
    bench.shore.close();
}
