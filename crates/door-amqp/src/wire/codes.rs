//! Reply codes: their numbers, their names in reply texts, and what they end.
//!
//! What it is not: the choice of a code, which is whoever finds the condition.

/// What an error with a code closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Nothing: the code of a clean close, or of a message that comes back.
    Nothing,
    /// The channel; the connection's other channels go on.
    Channel,
    /// The connection.
    Connection,
}

macro_rules! reply_codes {
    ($($(#[$doc:meta])* $code:ident = $number:literal, $name:literal, $scope:ident;)*) => {
        /// A reply code of the specification, or of RabbitMQ where it adds one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u16)]
        pub enum ReplyCode { $($(#[$doc])* $code = $number,)* }

        impl ReplyCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$code,)*];

            /// Its name as it opens reply texts, such as `NOT_FOUND`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$code => $name,)* }
            }

            /// What it ends.
            #[must_use]
            pub const fn scope(self) -> Scope {
                match self { $(Self::$code => Scope::$scope,)* }
            }
        }
    };
}

reply_codes! {
    /// A clean close.
    ReplySuccess = 200, "REPLY_SUCCESS", Nothing;
    /// The content is larger than the peer takes.
    ContentTooLarge = 311, "CONTENT_TOO_LARGE", Channel;
    /// A mandatory message reached no queue; it comes back.
    NoRoute = 312, "NO_ROUTE", Nothing;
    /// An immediate message found no consumer; it comes back.
    NoConsumers = 313, "NO_CONSUMERS", Channel;
    /// An operator closed the connection.
    ConnectionForced = 320, "CONNECTION_FORCED", Connection;
    /// The virtual host is unknown.
    InvalidPath = 402, "INVALID_PATH", Connection;
    /// The user may not.
    AccessRefused = 403, "ACCESS_REFUSED", Channel;
    /// No such queue or exchange.
    NotFound = 404, "NOT_FOUND", Channel;
    /// Another connection has it for itself.
    ResourceLocked = 405, "RESOURCE_LOCKED", Channel;
    /// A condition of the method does not hold.
    PreconditionFailed = 406, "PRECONDITION_FAILED", Channel;
    /// A frame cannot be decoded.
    FrameError = 501, "FRAME_ERROR", Connection;
    /// A field holds what it must not.
    SyntaxError = 502, "SYNTAX_ERROR", Connection;
    /// The method does not belong here.
    CommandInvalid = 503, "COMMAND_INVALID", Connection;
    /// The channel is not open, or is already.
    ChannelError = 504, "CHANNEL_ERROR", Connection;
    /// The frame does not belong here.
    UnexpectedFrame = 505, "UNEXPECTED_FRAME", Connection;
    /// The server lacks what it needs to go on.
    ResourceError = 506, "RESOURCE_ERROR", Connection;
    /// A rule of the protocol or of the server was broken.
    NotAllowed = 530, "NOT_ALLOWED", Connection;
    /// The server does not do that.
    NotImplemented = 540, "NOT_IMPLEMENTED", Connection;
    /// The server is at fault.
    InternalError = 541, "INTERNAL_ERROR", Connection;
}

impl ReplyCode {
    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// The code of this number.
    #[must_use]
    pub fn of(number: u16) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.number() == number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_finds_its_code_and_others_none() {
        for &code in ReplyCode::ALL {
            assert_eq!(ReplyCode::of(code.number()), Some(code));
        }
        assert_eq!(ReplyCode::of(201), None);
        assert_eq!((ReplyCode::NotFound.number(), ReplyCode::NotFound.name()), (404, "NOT_FOUND"));
    }
}
