//! `[[alert]]`: what a webhook is told by a real server, whatever becomes of the webhooks.

use operating::receiver::{Received, Receiver};
use operating::{Installation, Running};
use serde_json::Value;

fn sqs(running: &Running, parameters: &str) {
    let answer = running.sqs(&format!("/?{parameters}"));
    assert_eq!(answer.status, 200, "{parameters}: {answer:?}");
}

fn body(received: &Received) -> Value {
    assert_eq!(received.headers["content-type"], "application/json");
    serde_json::from_str(&received.body).expect("JSON")
}

fn alert(receiver: &Receiver, path: &str, condition: &str) -> String {
    format!("[[alert]]\nname = \"{path}\"\nqueues = \"orders*\"\n{condition}\nurl = \"{}\"\n", receiver.url(path))
}

/// A server with a queue `orders`, whose messages are set aside in `grave` when they were received once.
fn serve(configuration: &str) -> Running {
    let mut installation = Installation::new();
    installation.file("hook.secret", "Bearer hush-hush\n").file("longshore.toml", configuration);
    let running = installation.with(["serve"]).serve();
    let policy = "%7B%22deadLetterTargetArn%22%3A%22arn%3Aaws%3Asqs%3Aus-east-1%3A000000000000%3Agrave%22%2C%22maxReceiveCount%22%3A1%7D";
    sqs(&running, "Action=CreateQueue&QueueName=grave");
    let attribute = format!("Attribute.1.Name=RedrivePolicy&Attribute.1.Value={policy}");
    sqs(&running, &format!("Action=CreateQueue&QueueName=orders&{attribute}"));
    running
}

#[test]
fn depth_is_told_and_told_to_be_over_and_dead_letters_are_told() {
    let receiver = Receiver::start(|_path, _nth| Some(204));
    let authorized = format!("{}authorization_file = \"hook.secret\"\n", alert(&receiver, "/deep", "depth_above = 1"));
    let running = serve(&format!("{authorized}{}", alert(&receiver, "/dead", "dead_letters = true")));
    for parcel in ["one", "two"] {
        sqs(&running, &format!("Action=SendMessage&QueueUrl=orders&MessageBody={parcel}"));
    }
    let told = &receiver.told_times("/deep", 1)[0];
    assert_eq!(told.headers["authorization"], "Bearer hush-hush");
    let notice = body(told);
    assert_eq!(
        (&notice["alert"], &notice["state"], &notice["queue"]),
        (&"/deep".into(), &"firing".into(), &"orders".into())
    );
    assert_eq!(
        (&notice["value"], &notice["threshold"], &notice["condition"]),
        (&2.into(), &1.into(), &"depth_above".into())
    );
    assert!(notice["text"].as_str().is_some_and(|text| text.contains("2 messages wait in orders")), "{notice}");
    for _ in 0..2 {
        sqs(&running, "Action=ReceiveMessage&QueueUrl=orders&VisibilityTimeout=0");
    }
    let told = receiver.told_times("/deep", 2);
    assert_eq!(body(&told[1])["state"], "resolved");
    let told = receiver.told_times("/dead", 1);
    let dead = body(&told[0]);
    assert_eq!(
        (&dead["condition"], &dead["queue"], &dead["state"]),
        (&"dead_letters".into(), &"orders".into(), &"firing".into())
    );
    assert!(!running.log().contains("hush-hush") && !running.log().contains(&receiver.url("")), "{}", running.log());
}

#[test]
fn a_webhook_that_fails_is_tried_again_and_one_that_hangs_holds_up_nobody() {
    let receiver = Receiver::start(|path, nth| match (path, nth) {
        ("/hangs", _) => None,
        ("/refuses", _) => Some(400),
        (_, 0 | 1) => Some(503),
        _ => Some(200),
    });
    let alerts = ["/hangs", "/refuses", "/fails"].map(|path| alert(&receiver, path, "depth_above = 0"));
    let running = serve(&alerts.concat());
    sqs(&running, "Action=SendMessage&QueueUrl=orders&MessageBody=hello");
    let tried = receiver.told_times("/fails", 3);
    assert_eq!(receiver.told_times("/hangs", 1).len(), 1);
    assert!(tried.iter().all(|again| again.body == tried[0].body), "the same notice each time");
    assert_eq!(receiver.told("/refuses").len(), 1, "what is refused for good is not repeated");
    sqs(&running, "Action=SendMessage&QueueUrl=orders&MessageBody=served");
}

#[test]
fn an_alert_that_cannot_work_keeps_the_server_from_starting() {
    let refused = |configuration: &str, part: &str| {
        let mut installation = Installation::new();
        installation.file("longshore.toml", configuration);
        let (status, said) =
            installation.with(["serve", "--sqs", "127.0.0.1:0", "--amqp", "off", "--admin", "off"]).end();
        assert_eq!(status.code(), Some(2), "{said}");
        assert!(said.contains(part) && !said.contains("778899"), "{said}");
    };
    let alert = "[[alert]]\nname = \"deep\"\nurl = \"http://localhost/778899\"\n";
    refused(alert, "one of dead_letters");
    refused(&format!("{alert}depth_above = 1\nauthorization_file = \"nowhere\"\n"), "nowhere");
    refused("[[alert]]\nname = \"deep\"\ndepth_above = 1\nurl = \"http://\"\n", "no URL");
}
