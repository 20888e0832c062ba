//! The page's files as HTTP has them: types, tags, compression, what a browser may do with them.

use clients::Server;
use clients::http::{self, Response};

fn get(server: &Server, path: &str, headers: &[(&str, &str)]) -> Response {
    http::request(server.admin(), "GET", path, headers, b"")
}

#[test]
fn the_page_tells_the_browser_to_load_nothing_from_elsewhere() {
    let server = Server::start_with(&["--admin", "127.0.0.1:0"]);
    let page = get(&server, "/", &[]);
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let policy = page.header("content-security-policy").expect("the page has a policy");
    for rule in ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    assert!(page.body.contains("<title>Longshore</title>"), "{}", page.body);
}

#[test]
fn a_file_that_the_browser_has_is_not_sent_again() {
    let server = Server::start_with(&["--admin", "127.0.0.1:0"]);
    let script = get(&server, "/console/js/main.js", &[]);
    assert_eq!((script.status, script.header("content-type")), (200, Some("text/javascript; charset=utf-8")));
    let tag = script.header("etag").expect("every file has a tag");
    let again = get(&server, "/console/js/main.js", &[("If-None-Match", tag)]);
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    let other = get(&server, "/console/js/text.js", &[("If-None-Match", tag)]);
    assert_eq!(other.status, 200);
}

#[test]
fn files_are_compressed_for_those_who_take_it() {
    let server = Server::start_with(&["--admin", "127.0.0.1:0"]);
    let length = |response: &Response| -> usize {
        let length = response.header("content-length").expect("a file has a length");
        length.parse().expect("a length is a number")
    };
    let plain = get(&server, "/console/style/base.css", &[]);
    let packed = get(&server, "/console/style/base.css", &[("Accept-Encoding", "br, gzip")]);
    assert_eq!((plain.header("content-encoding"), packed.header("content-encoding")), (None, Some("gzip")));
    assert!(2 * length(&packed) < length(&plain), "{} of {}", length(&packed), length(&plain));
    assert_ne!(plain.header("etag"), packed.header("etag"));
}

#[test]
fn what_is_no_file_of_the_console_is_not_found() {
    let server = Server::start_with(&["--admin", "127.0.0.1:0"]);
    for path in
        ["/console/", "/console/js/", "/console/../Cargo.toml", "/console/%2e%2e/Cargo.toml", "/console/js/x.js"]
    {
        assert_eq!(get(&server, path, &[]).status, 404, "{path}");
    }
}
