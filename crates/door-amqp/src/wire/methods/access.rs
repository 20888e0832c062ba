//! Class access: a leftover of older versions that some clients still say. It grants everything and means nothing.

super::declare::methods! {
    /// Asks for a ticket.
    Request<'a> = (30, 10, "access.request") {
        /// For what.
        realm: &'a str,
        /// Alone.
        exclusive: bool,
        /// To look.
        passive: bool,
        /// To use.
        active: bool,
        /// To write.
        write: bool,
        /// To read.
        read: bool,
    }
    /// The ticket, which nobody looks at.
    RequestOk = (30, 11, "access.request-ok") {
        /// Its number.
        ticket: u16,
    }
}
