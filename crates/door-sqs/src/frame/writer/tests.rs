//! The same answer in the three dialects.

use super::*;
use crate::frame::request_id::RequestIds;

const MESSAGES: Names = Names { json: "Messages", xml: "Message", query_json: "messages" };
const ATTRIBUTES: Names = Names { json: "Attributes", xml: "Attribute", query_json: "Attributes" };
const MESSAGE_ATTRIBUTES: Names =
    Names { json: "MessageAttributes", xml: "MessageAttribute", query_json: "MessageAttributes" };

fn written(style: Style, action: Action, write: impl FnOnce(&mut Writer)) -> String {
    let id = RequestIds::new(0).next();
    let mut writer = Writer::new(style, action, 0);
    write(&mut writer);
    let text = String::from_utf8(writer.finish(&id)).expect("UTF-8");
    text.replace(&format!("{id:?}"), "ID").replace(NAMESPACE, "NS").replace("<?xml version=\"1.0\"?>", "")
}

fn a_message(writer: &mut Writer) {
    writer.begin_list(MESSAGES);
    writer.begin_item(MESSAGES);
    writer.text("Body", b"<\"x\">");
    writer.map(ATTRIBUTES, "Name", [("SenderId", "1"), ("SentTimestamp", "2")]);
    writer.begin_map(MESSAGE_ATTRIBUTES);
    writer.begin_entry(MESSAGE_ATTRIBUTES, b"a");
    writer.text("StringValue", b"v");
    writer.plain("DataType", b"String");
    writer.end_entry(MESSAGE_ATTRIBUTES);
    writer.end_map();
    writer.end_item(MESSAGES);
    writer.end_list();
}

#[test]
fn json_has_bare_members() {
    assert_eq!(
        written(Style::Json, Action::ReceiveMessage, a_message),
        r#"{"Messages":[{"Body":"<\"x\">","Attributes":{"SenderId":"1","SentTimestamp":"2"},"MessageAttributes":{"a":{"StringValue":"v","DataType":"String"}}}]}"#
    );
}

#[test]
fn xml_repeats_elements_in_an_envelope() {
    assert_eq!(
        written(Style::Xml, Action::ReceiveMessage, a_message),
        "<ReceiveMessageResponse xmlns=\"NS\"><ReceiveMessageResult><Message><Body>&lt;&quot;x&quot;&gt;</Body>\
         <Attribute><Name>SenderId</Name><Value>1</Value></Attribute>\
         <Attribute><Name>SentTimestamp</Name><Value>2</Value></Attribute>\
         <MessageAttribute><Name>a</Name><Value><StringValue>v</StringValue><DataType>String</DataType></Value></MessageAttribute>\
         </Message></ReceiveMessageResult><ResponseMetadata><RequestId>ID</RequestId></ResponseMetadata></ReceiveMessageResponse>"
    );
}

#[test]
fn query_json_has_the_envelope_and_lists_of_pairs() {
    assert_eq!(
        written(Style::QueryJson, Action::ReceiveMessage, a_message),
        r#"{"ReceiveMessageResponse":{"ReceiveMessageResult":{"messages":[{"Body":"<\"x\">","Attributes":[{"Name":"SenderId","Value":"1"},{"Name":"SentTimestamp","Value":"2"}],"MessageAttributes":[{"Name":"a","Value":{"StringValue":"v","DataType":"String"}}]}]},"ResponseMetadata":{"RequestId":"ID"}}}"#
    );
}

#[test]
fn an_empty_result_is_still_a_result() {
    let nothing = |_: &mut Writer| {};
    assert_eq!(written(Style::Json, Action::ReceiveMessage, nothing), "{}");
    assert_eq!(
        written(Style::Xml, Action::ReceiveMessage, nothing),
        "<ReceiveMessageResponse xmlns=\"NS\"><ReceiveMessageResult/><ResponseMetadata><RequestId>ID</RequestId>\
         </ResponseMetadata></ReceiveMessageResponse>"
    );
}

#[test]
fn an_action_without_a_result_answers_with_the_request_id_alone() {
    let nothing = |_: &mut Writer| {};
    assert_eq!(written(Style::Json, Action::DeleteMessage, nothing), "{}");
    assert_eq!(
        written(Style::Xml, Action::DeleteMessage, nothing),
        "<DeleteMessageResponse xmlns=\"NS\"><ResponseMetadata><RequestId>ID</RequestId></ResponseMetadata></DeleteMessageResponse>"
    );
    assert_eq!(
        written(Style::QueryJson, Action::DeleteMessage, nothing),
        r#"{"DeleteMessageResponse":{"ResponseMetadata":{"RequestId":"ID"}}}"#
    );
}

#[test]
fn lists_of_texts_follow_each_dialect() {
    const URLS: Names = Names { json: "QueueUrls", xml: "QueueUrl", query_json: "queueUrls" };
    let two = |writer: &mut Writer| writer.texts(URLS, ["a", "b"]);
    assert_eq!(written(Style::Json, Action::ListQueues, two), r#"{"QueueUrls":["a","b"]}"#);
    assert!(written(Style::Xml, Action::ListQueues, two).contains("<QueueUrl>a</QueueUrl><QueueUrl>b</QueueUrl>"));
    assert!(written(Style::QueryJson, Action::ListQueues, two).contains(r#""queueUrls":["a","b"]"#));
}
