//! Class confirm: publishes are answered with `basic.ack` and `basic.nack`.

super::declare::methods! {
    /// Turns it on for the channel.
    Select = (85, 10, "confirm.select") {
        /// No answer is wanted.
        no_wait: bool,
    }
    /// It is on.
    SelectOk = (85, 11, "confirm.select-ok") {}
}
