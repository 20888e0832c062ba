//! Class exchange: where publishes go to be routed.

use crate::wire::table::Table;

super::declare::methods! {
    /// Makes one, or checks that it is there.
    Declare<'a> = (40, 10, "exchange.declare") {
        [u16]
        /// Its name.
        exchange: &'a str,
        /// direct, fanout, topic, headers.
        kind: &'a str,
        /// Only look whether it exists.
        passive: bool,
        /// Outlives a restart.
        durable: bool,
        /// Goes with its last binding.
        auto_delete: bool,
        /// Takes no publishes from clients.
        internal: bool,
        /// No answer is wanted.
        no_wait: bool,
        /// `alternate-exchange` and others.
        arguments: Table<'a>,
    }
    /// It is there.
    DeclareOk = (40, 11, "exchange.declare-ok") {}
    /// Removes one.
    Delete<'a> = (40, 20, "exchange.delete") {
        [u16]
        /// Its name.
        exchange: &'a str,
        /// Only without bindings.
        if_unused: bool,
        /// No answer is wanted.
        no_wait: bool,
    }
    /// It is gone.
    DeleteOk = (40, 21, "exchange.delete-ok") {}
    /// Lets one exchange feed another.
    Bind<'a> = (40, 30, "exchange.bind") {
        [u16]
        /// Which is fed.
        destination: &'a str,
        /// Which feeds.
        source: &'a str,
        /// The key of the binding.
        routing_key: &'a str,
        /// No answer is wanted.
        no_wait: bool,
        /// What headers must match.
        arguments: Table<'a>,
    }
    /// The binding is there.
    BindOk = (40, 31, "exchange.bind-ok") {}
    /// Ends it.
    Unbind<'a> = (40, 40, "exchange.unbind") {
        [u16]
        /// Which is fed.
        destination: &'a str,
        /// Which feeds.
        source: &'a str,
        /// The key of the binding.
        routing_key: &'a str,
        /// No answer is wanted.
        no_wait: bool,
        /// The arguments of the binding.
        arguments: Table<'a>,
    }
    /// The binding is gone.
    UnbindOk = (40, 51, "exchange.unbind-ok") {}
}
