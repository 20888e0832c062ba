//! Class queue: where messages wait.

use crate::wire::table::Table;

super::declare::methods! {
    /// Makes one, or checks that it is there.
    Declare<'a> = (50, 10, "queue.declare") {
        [u16]
        /// Its name; none asks for one of the server's making.
        queue: &'a str,
        /// Only look whether it exists.
        passive: bool,
        /// Outlives a restart.
        durable: bool,
        /// For this connection alone, and gone with it.
        exclusive: bool,
        /// Goes with its last consumer.
        auto_delete: bool,
        /// No answer is wanted.
        no_wait: bool,
        /// `x-message-ttl` and others.
        arguments: Table<'a>,
    }
    /// It is there.
    DeclareOk<'a> = (50, 11, "queue.declare-ok") {
        /// Its name.
        queue: &'a str,
        /// How many messages are ready.
        message_count: u32,
        /// How many consume from it.
        consumer_count: u32,
    }
    /// Lets an exchange feed it.
    Bind<'a> = (50, 20, "queue.bind") {
        [u16]
        /// Which is fed; none is the last one declared on the channel.
        queue: &'a str,
        /// Which feeds.
        exchange: &'a str,
        /// The key of the binding.
        routing_key: &'a str,
        /// No answer is wanted.
        no_wait: bool,
        /// What headers must match.
        arguments: Table<'a>,
    }
    /// The binding is there.
    BindOk = (50, 21, "queue.bind-ok") {}
    /// Removes what is ready.
    Purge<'a> = (50, 30, "queue.purge") {
        [u16]
        /// Its name; none is the last one declared on the channel.
        queue: &'a str,
        /// No answer is wanted.
        no_wait: bool,
    }
    /// They are gone.
    PurgeOk = (50, 31, "queue.purge-ok") {
        /// How many.
        message_count: u32,
    }
    /// Removes it.
    Delete<'a> = (50, 40, "queue.delete") {
        [u16]
        /// Its name; none is the last one declared on the channel.
        queue: &'a str,
        /// Only without consumers.
        if_unused: bool,
        /// Only without messages.
        if_empty: bool,
        /// No answer is wanted.
        no_wait: bool,
    }
    /// It is gone.
    DeleteOk = (50, 41, "queue.delete-ok") {
        /// How many ready messages went with it.
        message_count: u32,
    }
    /// Ends a binding. It has no `no_wait`.
    Unbind<'a> = (50, 50, "queue.unbind") {
        [u16]
        /// Which is fed; none is the last one declared on the channel.
        queue: &'a str,
        /// Which feeds.
        exchange: &'a str,
        /// The key of the binding.
        routing_key: &'a str,
        /// The arguments of the binding.
        arguments: Table<'a>,
    }
    /// The binding is gone.
    UnbindOk = (50, 51, "queue.unbind-ok") {}
}
