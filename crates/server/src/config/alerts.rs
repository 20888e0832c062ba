//! `[[alert]]`: when a webhook is to be told of a queue, as the file has it.
//!
//! ```toml
//! [[alert]]
//! name = "orders wait"
//! queues = "orders-*"                          # left out: every queue
//! oldest_above_s = 600                         # or depth_above = 10000, or dead_letters = true
//! for_s = 60                                   # it has to hold so long first
//! again_after_s = 3600                         # and is told again so much later at the earliest
//! url = "https://hooks.example/T0/B1"
//! authorization_file = "hook.secret"           # sent as the header `Authorization`
//! tls_ca_file = "hooks-ca.pem"                 # whose certificates are trusted; left out: this machine's authorities
//! ```
//!
//! What it is not: watching or telling, which is [`crate::alerts`]'s.
//!
//! Invariant: an alert has exactly one condition, and no error shows its URL, which may be all the proof that the receiver asks for.

use door::access::Secret;
use figment::value::magic::RelativePathBuf;
use serde::Deserialize;

/// One `[[alert]]` table.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Table")]
pub(crate) struct AlertEntry {
    /// What it is called.
    pub(crate) name: String,
    /// Which queues: a name with `*` and `?`.
    pub(crate) queues: String,
    /// What is to be told.
    pub(crate) condition: Condition,
    /// How long that has to hold first.
    pub(crate) for_ms: u64,
    /// How long it is not told again.
    pub(crate) again_after_ms: u64,
    /// Whom to tell.
    pub(crate) url: Secret,
    /// A file whose first line is sent as the header `Authorization`.
    pub(crate) authorization_file: Option<RelativePathBuf>,
    /// A file of authorities that the receiver's certificate must be signed by; `None` for this machine's.
    pub(crate) tls_ca_file: Option<RelativePathBuf>,
}

/// What an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// Messages were set aside.
    DeadLetters,
    /// More messages than this are ready.
    DepthAbove(u64),
    /// The oldest message was published longer ago than this.
    OldestAbove {
        /// How long.
        ms: u64,
    },
}

/// Not told again within an hour, unless the table says otherwise.
const AGAIN_AFTER_S: u64 = 3600;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    name: String,
    queues: Option<String>,
    #[serde(default)]
    dead_letters: bool,
    depth_above: Option<u64>,
    oldest_above_s: Option<u64>,
    #[serde(default)]
    for_s: u64,
    again_after_s: Option<u64>,
    url: String,
    authorization_file: Option<RelativePathBuf>,
    tls_ca_file: Option<RelativePathBuf>,
}

impl TryFrom<Table> for AlertEntry {
    type Error = String;

    fn try_from(table: Table) -> Result<Self, String> {
        let name = table.name;
        let condition = match (table.dead_letters, table.depth_above, table.oldest_above_s) {
            (true, None, None) => Condition::DeadLetters,
            (false, Some(messages), None) => Condition::DepthAbove(messages),
            (false, None, Some(seconds)) => Condition::OldestAbove { ms: ms(seconds) },
            _ => return Err(format!("{name:?} needs one of dead_letters = true, depth_above and oldest_above_s")),
        };
        if condition == Condition::DeadLetters && table.for_s > 0 {
            return Err(format!("{name:?}: what happens once cannot hold for a time; leave out for_s"));
        }
        let is_web = ["http://", "https://"].iter().any(|scheme| table.url.starts_with(scheme));
        if !is_web {
            return Err(format!("{name:?}: url has to begin with http:// or https://"));
        }
        Ok(Self {
            name,
            queues: table.queues.unwrap_or_else(|| "*".to_owned()),
            condition,
            for_ms: ms(table.for_s),
            again_after_ms: ms(table.again_after_s.unwrap_or(AGAIN_AFTER_S)),
            url: Secret::new(table.url),
            authorization_file: table.authorization_file,
            tls_ca_file: table.tls_ca_file,
        })
    }
}

fn ms(seconds: u64) -> u64 {
    seconds.saturating_mul(1000)
}
