//! Class basic: messages to and from queues. `publish`, `return`, `deliver` and `get-ok` are followed by a content.

use crate::wire::table::Table;

/// The number of the class, which content headers repeat.
pub const CLASS: u16 = 60;

super::declare::methods! {
    /// Bounds what is delivered and not yet settled.
    Qos = (60, 10, "basic.qos") {
        /// In bytes; 0 sets no limit.
        prefetch_size: u32,
        /// In messages; 0 sets no limit.
        prefetch_count: u16,
        /// For the whole channel, rather than for each later consumer.
        global: bool,
    }
    /// The bounds hold.
    QosOk = (60, 11, "basic.qos-ok") {}
    /// Asks for deliveries.
    Consume<'a> = (60, 20, "basic.consume") {
        [u16]
        /// From where; none is the last queue declared on the channel.
        queue: &'a str,
        /// What to call the consumer; none asks for a name of the server's making.
        consumer_tag: &'a str,
        /// Nothing that this connection published.
        no_local: bool,
        /// What is delivered is settled.
        no_ack: bool,
        /// Nobody else may consume.
        exclusive: bool,
        /// No answer is wanted.
        no_wait: bool,
        /// `x-priority` and others.
        arguments: Table<'a>,
    }
    /// Deliveries follow.
    ConsumeOk<'a> = (60, 21, "basic.consume-ok") {
        /// The consumer.
        consumer_tag: &'a str,
    }
    /// The consumer ends. The server says it too, when the queue goes.
    Cancel<'a> = (60, 30, "basic.cancel") {
        /// The consumer.
        consumer_tag: &'a str,
        /// No answer is wanted.
        no_wait: bool,
    }
    /// It ended.
    CancelOk<'a> = (60, 31, "basic.cancel-ok") {
        /// The consumer.
        consumer_tag: &'a str,
    }
    /// A message; its content follows.
    Publish<'a> = (60, 40, "basic.publish") {
        [u16]
        /// Where to; none is the default exchange.
        exchange: &'a str,
        /// What routes it.
        routing_key: &'a str,
        /// It comes back if no queue takes it.
        mandatory: bool,
        /// It comes back if no consumer takes it at once.
        immediate: bool,
    }
    /// A message that comes back; its content follows.
    Return<'a> = (60, 50, "basic.return") {
        /// Why, as a number.
        reply_code: u16,
        /// Why, in words.
        reply_text: &'a str,
        /// Where it was sent to.
        exchange: &'a str,
        /// With which key.
        routing_key: &'a str,
    }
    /// A message for a consumer; its content follows.
    Deliver<'a> = (60, 60, "basic.deliver") {
        /// The consumer.
        consumer_tag: &'a str,
        /// What it is settled by.
        delivery_tag: u64,
        /// It was delivered before, perhaps.
        redelivered: bool,
        /// Where it was sent to.
        exchange: &'a str,
        /// With which key.
        routing_key: &'a str,
    }
    /// Asks for one message.
    Get<'a> = (60, 70, "basic.get") {
        [u16]
        /// From where; none is the last queue declared on the channel.
        queue: &'a str,
        /// What is delivered is settled.
        no_ack: bool,
    }
    /// Here it is; its content follows.
    GetOk<'a> = (60, 71, "basic.get-ok") {
        /// What it is settled by.
        delivery_tag: u64,
        /// It was delivered before, perhaps.
        redelivered: bool,
        /// Where it was sent to.
        exchange: &'a str,
        /// With which key.
        routing_key: &'a str,
        /// How many more are ready.
        message_count: u32,
    }
    /// There is none.
    GetEmpty = (60, 72, "basic.get-empty") {
        ; [&str]
    }
    /// It was worked; or, from the server, it was taken over.
    Ack = (60, 80, "basic.ack") {
        /// Which; 0 with `multiple` is all.
        delivery_tag: u64,
        /// And all before it.
        multiple: bool,
    }
    /// It is not wanted.
    Reject = (60, 90, "basic.reject") {
        /// Which.
        delivery_tag: u64,
        /// Back to the queue, rather than dead-lettered.
        requeue: bool,
    }
    /// Everything unsettled is to be delivered again; no answer.
    RecoverAsync = (60, 100, "basic.recover-async") {
        /// To anyone, rather than to the same consumer.
        requeue: bool,
    }
    /// Everything unsettled is to be delivered again.
    Recover = (60, 110, "basic.recover") {
        /// To anyone, rather than to the same consumer.
        requeue: bool,
    }
    /// It will be.
    RecoverOk = (60, 111, "basic.recover-ok") {}
    /// They are not wanted; or, from the server, they were not taken over.
    Nack = (60, 120, "basic.nack") {
        /// Which; 0 with `multiple` is all.
        delivery_tag: u64,
        /// And all before it.
        multiple: bool,
        /// Back to the queue, rather than dead-lettered.
        requeue: bool,
    }
}
