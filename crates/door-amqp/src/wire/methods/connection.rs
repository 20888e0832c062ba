//! Class connection: the handshake, the end, and what concerns all channels. Always on channel 0.

use crate::wire::table::Table;

super::declare::methods! {
    /// The server opens the conversation.
    Start<'a> = (10, 10, "connection.start") {
        /// 0
        version_major: u8,
        /// 9
        version_minor: u8,
        /// Who the server is and what it can do.
        server_properties: Table<'a>,
        /// Security mechanisms, with blanks between.
        mechanisms: &'a [u8],
        /// Message locales, with blanks between.
        locales: &'a [u8],
    }
    /// The client says who it is, and proves it.
    StartOk<'a> = (10, 11, "connection.start-ok") {
        /// Who the client is and what it can do.
        client_properties: Table<'a>,
        /// The mechanism it chose.
        mechanism: &'a str,
        /// What the mechanism asks for.
        response: &'a [u8],
        /// The locale it chose.
        locale: &'a str,
    }
    /// The mechanism needs another round.
    Secure<'a> = (10, 20, "connection.secure") {
        /// The mechanism's question.
        challenge: &'a [u8],
    }
    /// The answer to a challenge.
    SecureOk<'a> = (10, 21, "connection.secure-ok") {
        /// The mechanism's answer.
        response: &'a [u8],
    }
    /// What the server offers.
    Tune = (10, 30, "connection.tune") {
        /// The highest channel; 0 sets no limit.
        channel_max: u16,
        /// The largest frame, overhead included; 0 sets no limit.
        frame_max: u32,
        /// Seconds between signs of life; 0 wants none.
        heartbeat: u16,
    }
    /// What the client makes of it.
    TuneOk = (10, 31, "connection.tune-ok") {
        /// The highest channel it will use.
        channel_max: u16,
        /// The largest frame from either side.
        frame_max: u32,
        /// Seconds between signs of life.
        heartbeat: u16,
    }
    /// The client chooses a virtual host.
    Open<'a> = (10, 40, "connection.open") {
        /// Its name.
        virtual_host: &'a str,
        ; [&str, bool]
    }
    /// The connection can be used.
    OpenOk = (10, 41, "connection.open-ok") {
        ; [&str]
    }
    /// Either side ends it.
    Close<'a> = (10, 50, "connection.close") {
        /// Why, as a number.
        reply_code: u16,
        /// Why, in words.
        reply_text: &'a str,
        /// The class of the method at fault, or 0.
        class_id: u16,
        /// The method at fault, or 0.
        method_id: u16,
    }
    /// The other side agrees; nothing follows.
    CloseOk = (10, 51, "connection.close-ok") {}
    /// The server does not read publishes for a while.
    Blocked<'a> = (10, 60, "connection.blocked") {
        /// Why.
        reason: &'a str,
    }
    /// The server reads publishes again.
    Unblocked = (10, 61, "connection.unblocked") {}
    /// The client brings a newer proof of who it is.
    UpdateSecret<'a> = (10, 70, "connection.update-secret") {
        /// The proof.
        new_secret: &'a [u8],
        /// Why.
        reason: &'a str,
    }
    /// The newer proof is good.
    UpdateSecretOk = (10, 71, "connection.update-secret-ok") {}
}
