//! A client that signs: Signature Version 4 written from its description alone, so that the door is not compared with itself.

use door::access::{Access, Grant, Key, Permission, Secret, User, Users};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// When the bench's clock starts.
pub(crate) const START: &str = "20231114T221320Z";

/// Who signs, and how.
#[derive(Clone)]
pub(crate) struct Signer {
    pub(crate) key: &'static str,
    pub(crate) secret: &'static str,
    pub(crate) region: &'static str,
    pub(crate) service: &'static str,
    pub(crate) at: &'static str,
    /// Further headers to sign.
    pub(crate) headers: Vec<(&'static str, &'static str)>,
}

impl Signer {
    /// A user whose key has their name and whose secret is the usual one.
    pub(crate) fn named(key: &'static str) -> Self {
        Self { key, secret: SECRET, region: "us-east-1", service: "sqs", at: START, headers: Vec::new() }
    }

    /// A signed JSON request.
    pub(crate) fn json(&self, action: &str, body: &str) -> Vec<u8> {
        let target = format!("AmazonSQS.{action}");
        let mut headers = vec![
            ("content-type", "application/x-amz-json-1.0"),
            ("host", "localhost:9324"),
            ("x-amz-date", self.at),
            ("x-amz-target", &target),
        ];
        headers.extend(&self.headers);
        self.request("/", &headers, body)
    }

    /// A signed form.
    pub(crate) fn form(&self, body: &str) -> Vec<u8> {
        self.request("/", &[("host", "localhost:9324"), ("x-amz-date", self.at)], body)
    }

    fn request(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
        let mut headers = headers.to_vec();
        headers.sort_unstable();
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let canonical = format!("POST\n{path}\n\n{lines}\n{names}\n{}", hex(&Sha256::digest(body)));
        let signature = self.signature(&canonical);
        let head: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!(
            "POST {path} HTTP/1.1\r\n{head}authorization: AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={names}, \
             Signature={signature}\r\ncontent-length: {}\r\n\r\n{body}",
            self.key,
            self.scope(),
            body.len()
        )
        .into_bytes()
    }

    fn scope(&self) -> String {
        format!("{}/{}/{}/aws4_request", &self.at[..8], self.region, self.service)
    }

    fn signature(&self, canonical: &str) -> String {
        let scope = self.scope();
        let to_sign = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{}", self.at, hex(&Sha256::digest(canonical)));
        let start = format!("AWS4{}", self.secret).into_bytes();
        let key = scope.split('/').fold(start, |key, part| hmac(&key, part.as_bytes()));
        hex(&hmac(&key, to_sign.as_bytes()))
    }
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length will do");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

const SECRET: &str = "wJalrXUtnFEMI";

/// A user of an account, with one key that is called as they are, and permissions by pattern.
pub(crate) fn user(name: &str, account: &str, grants: &[(&str, &[Permission])]) -> User {
    let key = Key { id: name.to_owned(), secret: Secret::new(SECRET), enabled: true };
    let grant = |&(queues, may): &(&str, &[Permission])| Grant {
        queues: queues.to_owned(),
        may: may.iter().copied().collect(),
    };
    User {
        name: name.to_owned(),
        account: account.to_owned(),
        keys: vec![Arc::new(key)],
        grants: grants.iter().map(grant).collect(),
    }
}

/// These users, and nobody else.
pub(crate) fn only(users: impl IntoIterator<Item = User>) -> Access {
    Access::new(Some(Users::new(users).expect("they can be told apart")), false)
}
