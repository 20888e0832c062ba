//! Class channel: a conversation within a connection.

super::declare::methods! {
    /// The client opens the channel of the frame.
    Open = (20, 10, "channel.open") {
        ; [&str]
    }
    /// It can be used.
    OpenOk = (20, 11, "channel.open-ok") {
        ; [&[u8]]
    }
    /// Deliveries are to stop or to go on.
    Flow = (20, 20, "channel.flow") {
        /// Whether they go on.
        active: bool,
    }
    /// They do as they were told.
    FlowOk = (20, 21, "channel.flow-ok") {
        /// Whether they go on.
        active: bool,
    }
    /// Either side ends it.
    Close<'a> = (20, 40, "channel.close") {
        /// Why, as a number.
        reply_code: u16,
        /// Why, in words.
        reply_text: &'a str,
        /// The class of the method at fault, or 0.
        class_id: u16,
        /// The method at fault, or 0.
        method_id: u16,
    }
    /// The other side agrees; the number is free.
    CloseOk = (20, 41, "channel.close-ok") {}
}
