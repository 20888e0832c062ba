//! Where the server is: what a person may write, as the start of every URL.
//!
//! Invariant: the address that a server was told to listen on is also one to ask it at, so that both may share a variable.

use std::fmt::{self, Display};
use std::str::FromStr;

/// The start of every URL: scheme, host and port, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    secure: bool,
    authority: String,
}

impl Address {
    /// Whether TLS is spoken.
    pub(crate) fn is_secure(&self) -> bool {
        self.secure
    }

    /// The same, over TLS.
    pub(crate) fn secured(self) -> Self {
        Self { secure: true, ..self }
    }
}

impl FromStr for Address {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const SHAPE: &str = "expected HOST:PORT (127.0.0.1:9325), a PORT of this machine (9325), or a URL (https://queue.internal:9325)";
        let text = text.trim_end_matches('/');
        let (secure, authority) = match text.split_once("://") {
            Some(("http", rest)) => (false, rest),
            Some(("https", rest)) => (true, rest),
            Some(_) => return Err(SHAPE),
            None if text == "off" => return Err("off: that server has no admin door to ask"),
            None => (false, text),
        };
        if authority.contains(['/', '@', '?', '#', ' ']) || authority.is_empty() {
            return Err(SHAPE);
        }
        let authority = match authority.parse::<u16>() {
            Ok(port) => format!("127.0.0.1:{port}"),
            Err(_) => reachable(authority),
        };
        let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        if has_port || text.contains("://") { Ok(Self { secure, authority }) } else { Err(SHAPE) }
    }
}

/// A server that listens everywhere is asked over loopback.
fn reachable(authority: &str) -> String {
    match authority.rsplit_once(':') {
        Some(("0.0.0.0", port)) => format!("127.0.0.1:{port}"),
        Some(("[::]", port)) => format!("[::1]:{port}"),
        Some(_) | None => authority.to_owned(),
    }
}

impl Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.secure { "https" } else { "http" }, self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_listens_on_is_where_it_is_asked() {
        let check = |text: &str, url: &str| {
            assert_eq!(text.parse::<Address>().expect(text).to_string(), url, "{text}");
        };
        check("127.0.0.1:9325", "http://127.0.0.1:9325");
        check("9400", "http://127.0.0.1:9400");
        check("0.0.0.0:9325", "http://127.0.0.1:9325");
        check("[::]:9325", "http://[::1]:9325");
        check("queue.internal:9325", "http://queue.internal:9325");
        check("https://queue.internal/", "https://queue.internal");
        check("http://[::1]:9325", "http://[::1]:9325");
    }

    #[test]
    fn what_is_no_address_is_refused_with_its_shape() {
        for text in ["", "localhost", "ftp://a:1", "http://a/b", "http://a@b:1", "a:b", "http://"] {
            assert!(text.parse::<Address>().expect_err(text).contains("HOST:PORT"), "{text}");
        }
        assert!("off".parse::<Address>().expect_err("no door").contains("no admin door"));
    }
}
