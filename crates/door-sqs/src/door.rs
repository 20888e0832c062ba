//! The door itself: the broker it speaks to, and what all its connections share.

use crate::attempts::Attempts;
use crate::caller::Caller;
use crate::config::SqsConfig;
use crate::errors::{SqsError, update_queue_error};
use crate::figures::Figures;
use crate::frame::body::Bodies;
use crate::frame::call::Context;
use crate::frame::request_id::RequestIds;
use crate::frame::text::Text;
use crate::policy::Policies;
use crate::queue_attributes::Draft;
use crate::receipt::Receipts;
use crate::signature::Verifier;
use crate::url::{Names, account_in_url, name_in_url};
use crate::waiting_rules::WaitingRules;
use broker::{Broker, Error, QueueInfo, UpdateQueueError};
use std::borrow::Cow;
use std::sync::Arc;
use vocab::clock::Clock;

/// How often a change of a queue is tried again when others change it at the same time.
const CHANGE_ATTEMPTS: usize = 8;

/// The SQS door. One serves any number of listeners and connections.
pub struct SqsDoor {
    pub(crate) broker: Broker,
    pub(crate) config: SqsConfig,
    pub(crate) names: Names,
    pub(crate) receipts: Receipts,
    pub(crate) ids: RequestIds,
    pub(crate) bodies: Bodies,
    pub(crate) waiting_rules: WaitingRules,
    pub(crate) attempts: Attempts,
    pub(crate) figures: Figures,
    pub(crate) verifier: Verifier,
    pub(crate) policies: Policies,
    pub(crate) clock: Arc<dyn Clock>,
}

impl SqsDoor {
    /// A door to `broker`. The clock seeds request ids, keeps AWS's waiting rules and judges the age of signatures; messages live in
    /// log time.
    #[must_use]
    pub fn new(broker: Broker, config: SqsConfig, clock: Arc<dyn Clock>) -> Self {
        let store_id = broker.store_id();
        #[expect(clippy::cast_possible_truncation, reason = "half of a random number is a random number")]
        let seed = (store_id as u64) ^ clock.wall_ms().rotate_left(20) ^ clock.mono_us();
        Self {
            names: Names::new(&config.region, &config.account_id),
            receipts: Receipts::new(store_id),
            ids: RequestIds::new(seed),
            bodies: Bodies::new(config.request_bytes_max, config.request_bytes_in_flight),
            waiting_rules: WaitingRules::new(Arc::clone(&clock), config.limits.waiting_rule_ms()),
            attempts: Attempts::default(),
            figures: Figures::new(),
            verifier: Verifier::new(&config.region, "sqs"),
            policies: Policies::new(),
            clock,
            broker,
            config,
        }
    }

    /// What was counted since the door was made.
    #[must_use]
    pub fn figures(&self) -> &Figures {
        &self.figures
    }

    /// The queue that a request is about: by its `QueueUrl`, else by the path it was sent to. Refused where the caller may not do with it
    /// what they ask for.
    pub(crate) fn queue(&self, url: Option<&Text<'_>>, context: &Context) -> Result<Arc<QueueInfo>, SqsError> {
        let url = url.map(|url| &**url).filter(|url| !url.is_empty());
        let url = url.or(context.path_queue.as_deref()).ok_or_else(|| SqsError::missing("QueueUrl"))?;
        let queue = self.broker.queue(&self.stored_name(url, &context.caller)?).ok_or_else(SqsError::no_queue)?;
        self.permit(&context.caller, &queue)?;
        Ok(queue)
    }

    /// The name under which the broker has the queue of a URL. The account in it counts where the caller proved theirs; without one it is
    /// the caller's. For anonymous callers any account will do, since there is only one.
    fn stored_name<'a>(&self, url: &'a str, caller: &Caller) -> Result<Cow<'a, str>, SqsError> {
        let name = name_in_url(url)?;
        match caller {
            Caller::Anyone => Ok(Cow::Borrowed(name)),
            Caller::Signed(signed) => Ok(self.names.stored(account_in_url(url).unwrap_or(&signed.user.account), name)),
        }
    }

    /// The URL of the queue `name`, at the address that the client used.
    pub(crate) fn url(&self, context: &Context, name: &str) -> String {
        self.names.url(context.scheme, context.host.as_deref().unwrap_or("localhost"), name)
    }

    /// Changes a queue, from whatever it is at that moment.
    pub(crate) async fn change(
        &self,
        mut queue: Arc<QueueInfo>,
        edit: impl Fn(&mut Draft) -> Result<(), SqsError>,
    ) -> Result<(), SqsError> {
        for attempt in 1.. {
            let before = Draft::of(&queue);
            let mut draft = before.clone();
            edit(&mut draft)?;
            if draft == before {
                return Ok(());
            }
            let Draft { settings, annotations } = draft;
            match self.broker.update_queue(queue.id, queue.revision, settings, annotations).await {
                Ok(_) => return Ok(()),
                Err(Error::Refused(UpdateQueueError::Changed(newer))) if attempt < CHANGE_ATTEMPTS => queue = newer,
                Err(error) => return Err(update_queue_error(error)),
            }
        }
        unreachable!("the last attempt returns")
    }
}

impl std::fmt::Debug for SqsDoor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqsDoor").field("config", &self.config).finish_non_exhaustive()
    }
}
