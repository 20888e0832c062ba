//! Which HTTP requests an anonymous listener answers, by what browsers say about where a request comes from.
//!
//! Two attacks on a server that asks for no password: a web page that sends requests to it through its visitor's browser, and
//! a host name of the attacker's that suddenly resolves to the server's address (DNS rebinding). A browser names the
//! page in `Origin`, its relation to the server in `Sec-Fetch-Site`, and the name it resolved in `Host`; a page can forge none of them.
//!
//! What it is not: authentication. A program can send what it likes here, and may.

use std::net::IpAddr;

/// The rule of one listener.
#[derive(Clone, Debug, Default)]
pub struct HostRule {
    /// Host names, without ports, that the operator calls the server's own, besides loopback.
    pub allowed: Vec<String>,
    /// Whether requests come without proof of who sends them. Where they carry proof, everything passes.
    pub anonymous: bool,
}

/// Why a request is not answered. The text tells the operator what to change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The name it was sent to is not known as the server's own.
    #[error("host {0:?} is not known here; start the server with --host {0} if it is this server's name")]
    Host(String),
    /// A web page of another site sent it.
    #[error("requests from web pages of {0:?} are refused")]
    Origin(String),
    /// The browser says that another site's page caused it.
    #[error("requests that web pages of other sites cause are refused")]
    CrossSite,
}

impl HostRule {
    /// Judges a request by its `Host` and `Origin` headers, as they were sent. A request without `Host` passes: every
    /// browser sends one.
    ///
    /// # Errors
    /// Why it must not be answered.
    pub fn check(&self, host: Option<&str>, origin: Option<&str>) -> Result<(), Refused> {
        if !self.anonymous {
            return Ok(());
        }
        if let Some(host) = host
            && !self.is_ours(name_of(host))
        {
            return Err(Refused::Host(name_of(host).to_owned()));
        }
        match origin {
            Some(origin) if !self.is_our_origin(origin, host) => Err(Refused::Origin(origin.to_owned())),
            Some(_) | None => Ok(()),
        }
    }

    /// Judges a request by its `Sec-Fetch-Site` header, which browsers send where `Origin` is missing: with images, links
    /// and forms, whose plain GET can already be a command.
    ///
    /// # Errors
    /// Why it must not be answered.
    pub fn check_fetch_site(&self, site: Option<&str>) -> Result<(), Refused> {
        match site {
            Some("cross-site" | "same-site") if self.anonymous => Err(Refused::CrossSite),
            Some(_) | None => Ok(()),
        }
    }

    fn is_ours(&self, name: &str) -> bool {
        is_loopback_name(name) || self.is_allowed(name)
    }

    fn is_allowed(&self, name: &str) -> bool {
        self.allowed.iter().any(|allowed| name_of(allowed).eq_ignore_ascii_case(name))
    }

    /// Ours is a page that this very server sent (its authority is the request's host), or a page of a host that
    /// the operator named. A page of another server on this machine is not ours.
    fn is_our_origin(&self, origin: &str, host: Option<&str>) -> bool {
        let Some((_scheme, authority)) = origin.split_once("://") else { return false };
        host.is_some_and(|host| host.eq_ignore_ascii_case(authority)) || self.is_allowed(name_of(authority))
    }
}

/// The name within `name`, `name:port`, `[v6]` or `[v6]:port`, without the dot that may end it.
fn name_of(authority: &str) -> &str {
    let name = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((ip, _port)) => ip,
        None if authority.matches(':').count() > 1 => authority,
        None => authority.split(':').next().unwrap_or(authority),
    };
    name.strip_suffix('.').unwrap_or(name)
}

/// `localhost` and everything below it never leave the machine (RFC 6761, section 6.3).
fn is_loopback_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower == "localhost"
        || lower.ends_with(".localhost")
        || lower.parse::<IpAddr>().is_ok_and(crate::listener::is_loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule() -> HostRule {
        HostRule { allowed: vec!["queue.example".to_owned(), "10.0.0.5".to_owned()], anonymous: true }
    }

    fn check(host: Option<&str>, origin: Option<&str>, expected: bool) {
        assert_eq!(rule().check(host, origin).is_ok(), expected, "host {host:?}, origin {origin:?}");
    }

    #[test]
    fn loopback_and_configured_hosts_pass_and_no_others() {
        for host in
            ["localhost", "localhost:9324", "LOCALHOST:9324", "sqs.localhost:9324", "127.0.0.1:9324", "127.1.2.3"]
        {
            check(Some(host), None, true);
        }
        for host in ["[::1]:9324", "[::1]", "localhost.", "queue.example", "Queue.Example:9324", "10.0.0.5:9324"] {
            check(Some(host), None, true);
        }
        for host in
            ["evil.example", "localhost.evil.example:9324", "evillocalhost", "10.0.0.6", "[::2]:9324", "", "0.0.0.0"]
        {
            check(Some(host), None, false);
        }
        check(None, None, true);
    }

    #[test]
    fn only_our_own_pages_may_send_requests() {
        check(Some("localhost:9325"), Some("http://localhost:9325"), true);
        check(Some("localhost:9324"), Some("http://localhost:9325"), false);
        check(Some("localhost:9324"), Some("https://queue.example"), true);
        check(Some("localhost:9324"), Some("https://evil.example"), false);
        check(Some("localhost:9324"), Some("null"), false);
        check(Some("localhost:9324"), Some(""), false);
        check(None, Some("http://localhost:9324"), false);
        check(Some("evil.example"), Some("http://evil.example"), false);
    }

    #[test]
    fn what_another_sites_page_causes_is_refused_without_an_origin_too() {
        let check = |site, expected| assert_eq!(rule().check_fetch_site(site).is_ok(), expected, "{site:?}");
        check(None, true);
        check(Some("none"), true);
        check(Some("same-origin"), true);
        check(Some("same-site"), false);
        check(Some("cross-site"), false);
    }

    #[test]
    fn a_listener_with_users_asks_no_such_questions() {
        let rule = HostRule { allowed: Vec::new(), anonymous: false };
        assert_eq!(rule.check(Some("evil.example"), Some("http://evil.example")), Ok(()));
        assert_eq!(rule.check_fetch_site(Some("cross-site")), Ok(()));
    }

    #[test]
    fn a_refusal_tells_the_operator_what_to_change() {
        let refused = rule().check(Some("mq.internal:9324"), None).expect_err("it is not configured");
        assert!(refused.to_string().contains("--host mq.internal"), "{refused}");
    }
}
