//! A server that gives prepared answers, and remembers what it was asked.
//!
//! Invariant: what it was not prepared for is refused, so that no command asks for anything that a test did not expect.

use crate::http::{self, Answer};
use serde_json::Value;
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

/// What a command left behind.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
    /// `POST /path {"body":…}`, in the order in which they came.
    pub(crate) asked: Vec<String>,
}

impl Ran {
    /// The rows of what was shown, each with single blanks.
    pub(crate) fn rows(&self) -> Vec<String> {
        self.out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    }
}

/// Runs a command without a server.
pub(crate) fn run(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_longshore"));
    command.args(arguments).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("it was piped");
    std::io::Write::write_all(&mut stdin, input.as_bytes()).expect("it is read, or fits into the pipe");
    drop(stdin);
    child.wait_with_output().expect("our own child")
}

/// Runs a command against prepared answers: `GET /path?query`, and what is answered.
pub(crate) fn ask(answers: &[(&str, Value)], arguments: &[&str]) -> Ran {
    ask_with_input(answers, arguments, "")
}

/// The same, with something on standard input.
pub(crate) fn ask_with_input(answers: &[(&str, Value)], arguments: &[&str], input: &str) -> Ran {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
    let answers: Vec<(String, Value)> = answers.iter().map(|(to, answer)| ((*to).to_owned(), answer.clone())).collect();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&asked);
    http::serve(listener, move |request| {
        let question = format!("{} {}", request.method, request.path);
        let is_change = request.method != "GET";
        assert_eq!(request.header("longshore-change"), if is_change { "yes" } else { "" }, "{question}");
        let body = String::from_utf8_lossy(&request.body);
        heard.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{question} {body}").trim_end().to_owned());
        match answers.iter().find(|(known, _)| *known == question) {
            Some((_, answer)) => Answer::json(answer),
            None => Answer::refusal(404, &format!("nobody prepared {question}")),
        }
    });
    let output = run(&[arguments, &["--server", &address]].concat(), input);
    let asked = asked.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ran {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
        asked,
    }
}
