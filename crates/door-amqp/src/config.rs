//! What an operator may say about the AMQP door.
//!
//! What it is not: addresses and connection caps (the door kit has those) and queue settings (clients set them).

use door::Access;
use vocab::Durability;

/// The door's configuration. [`Default`] is right for a laptop: loopback, anonymous, one virtual host.
#[derive(Clone, Debug)]
pub struct AmqpConfig {
    /// The virtual hosts that clients may open. `/` is the one whose queues the other doors see under their plain names.
    pub vhosts: Vec<String>,
    /// The account that the queues of `/` belong to, as users' grants name it.
    pub account_id: String,
    /// Who may use the door.
    pub access: Access,
    /// What answers about the queues made through this door wait for.
    pub durability: Durability,
    /// Seconds between signs of life that the server proposes; 0 for none.
    pub heartbeat_s: u16,
    /// Greatest frame that the server proposes, in bytes.
    pub frame_max: u32,
    /// Most channels of a connection.
    pub channels_max: u16,
    /// A delivery that is not acknowledged for so many milliseconds closes its channel.
    pub ack_ms_max: u64,
}

impl Default for AmqpConfig {
    fn default() -> Self {
        Self {
            vhosts: vec![vocab::NameSpace::DEFAULT.to_owned()],
            account_id: "000000000000".to_owned(),
            access: Access::anonymous(),
            durability: Durability::Always,
            heartbeat_s: crate::limits::HEARTBEAT_S,
            frame_max: crate::limits::FRAME_MAX,
            channels_max: crate::limits::CHANNELS_MAX,
            ack_ms_max: crate::limits::ACK_MS_MAX,
        }
    }
}
