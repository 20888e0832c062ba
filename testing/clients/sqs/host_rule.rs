//! A web page must not reach an anonymous server: neither from another origin nor by a name that points here.

use clients::Server;
use clients::http::{Response, request};

fn ask(server: &Server, headers: &[(&str, &str)]) -> Response {
    let target = [("X-Amz-Target", "AmazonSQS.ListQueues"), ("Content-Type", "application/x-amz-json-1.0")];
    request(server.sqs(), "POST", "/", &[target.as_slice(), headers].concat(), b"{}")
}

#[test]
fn loopback_hosts_are_welcome() {
    let server = Server::start();
    let port = server.sqs().port();
    for host in
        [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("[::1]:{port}"), "localhost".to_owned()]
    {
        let response = ask(&server, &[("Host", &host)]);
        assert_eq!(response.status, 200, "{host}: {response:?}");
    }
}

#[test]
fn a_name_that_is_not_ours_is_refused() {
    let server = Server::start();
    for host in ["evil.example", "evil.example:9324", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1"] {
        let response = ask(&server, &[("Host", host)]);
        assert_eq!(response.status, 403, "{host}: {response:?}");
    }
}

#[test]
fn a_request_from_another_origin_is_refused() {
    let server = Server::start();
    for origin in ["https://evil.example", "http://evil.example:9324", "null"] {
        let response = ask(&server, &[("Origin", origin)]);
        assert_eq!(response.status, 403, "{origin}: {response:?}");
    }
}

#[test]
fn a_plain_form_of_a_web_page_is_refused_before_it_purges() {
    let server = Server::start();
    let form = b"Action=CreateQueue&QueueName=from-a-web-page&Version=2012-11-05";
    let headers = [("Origin", "https://evil.example"), ("Content-Type", "application/x-www-form-urlencoded")];
    let response = request(server.sqs(), "POST", "/", &headers, form);
    assert_eq!(response.status, 403, "{response:?}");
    let listed = ask(&server, &[]);
    assert!(!listed.body.contains("from-a-web-page"), "{listed:?}");
}
