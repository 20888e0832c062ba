//! What this door keeps of a queue beside its settings: annotations of the queue, as text.
//!
//! ```text
//!  amqp.flags       letters: d durable, e exclusive, a auto-delete
//!  amqp.arguments   the table as it came, in Base64
//! ```
//!
//! What it is not: acted on by the engine. A queue that another door made has none, and is durable, shared and lasting.

use super::Declared;
use super::values::Reader;
use crate::Vhost;
use crate::errors::AmqpError;
use crate::wire::table::Table;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use broker::Annotations;

const FLAGS: &str = "amqp.flags";
const ARGUMENTS: &str = "amqp.arguments";

/// The notes of one queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notes {
    pub(crate) durable: bool,
    pub(crate) exclusive: bool,
    pub(crate) auto_delete: bool,
    /// It was made through this door; what follows is known then.
    pub(crate) declared: bool,
    arguments: Vec<u8>,
}

impl Notes {
    /// The notes of a queue that is made by a declaration.
    pub(crate) fn annotations(declared: &Declared<'_>, vhost: &Vhost) -> Result<Annotations, AmqpError> {
        let reader = Reader { queue: declared.name, vhost: vhost.name(), arguments: declared.arguments };
        reader.positive("x-expires")?;
        reader.positive("x-consumer-timeout")?;
        reader.flag("x-single-active-consumer")?;
        let flags = [(declared.durable, 'd'), (declared.exclusive, 'e'), (declared.auto_delete, 'a')];
        let flags = flags.iter().filter(|(set, _)| *set).map(|(_, letter)| letter).collect();
        let arguments = STANDARD.encode(declared.arguments.bytes());
        Ok(Annotations::from([(FLAGS.to_owned(), flags), (ARGUMENTS.to_owned(), arguments)]))
    }

    /// The notes of a queue as it is.
    pub(crate) fn of(annotations: &Annotations) -> Self {
        let flags = annotations.get(FLAGS);
        let arguments = annotations.get(ARGUMENTS).and_then(|text| STANDARD.decode(text).ok()).unwrap_or_default();
        let has = |letter| flags.is_some_and(|flags| flags.contains(letter));
        Self {
            durable: flags.is_none() || has('d'),
            exclusive: has('e'),
            auto_delete: has('a'),
            declared: flags.is_some(),
            arguments,
        }
    }

    /// The arguments as they came.
    pub(crate) fn arguments(&self) -> Table<'_> {
        Table::parse(&self.arguments).unwrap_or_default()
    }

    /// The queue goes when nobody has used it for so many milliseconds.
    pub(crate) fn expires_ms(&self) -> Option<u64> {
        self.natural("x-expires")
    }

    /// A delivery that is not acknowledged for so many milliseconds closes its channel.
    pub(crate) fn ack_ms_max(&self) -> Option<u64> {
        self.natural("x-consumer-timeout")
    }

    /// One consumer is active at a time.
    pub(crate) fn one_active(&self) -> bool {
        self.arguments().get("x-single-active-consumer").and_then(|value| value.bool()).unwrap_or(false)
    }

    /// Deliveries tell how often they failed before.
    pub(crate) fn counts_deliveries(&self) -> bool {
        self.arguments().get("x-queue-type").and_then(|value| value.text()) == Some("quorum")
    }

    fn natural(&self, name: &str) -> Option<u64> {
        u64::try_from(self.arguments().get(name)?.integer()?).ok()
    }
}
