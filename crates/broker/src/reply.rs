//! The way back from the shard to a waiting caller.

use crate::catalog::Catalog;
use engine::Leased;
use engine::core::answer::Answer;
use engine::driver::{Content, Reply};
use std::sync::Arc;
use tokio::sync::oneshot;
use vocab::QueueId;

/// Carries one answer to the future that waits for it. Dropped unused, it tells that future that no answer will come.
pub(crate) struct Teller {
    caller: oneshot::Sender<(Answer, Content)>,
    catalog: Arc<Catalog>,
    deletes: Option<QueueId>,
}

impl Teller {
    /// A teller and the end that the caller waits at. `deletes` names the queue that the command removes, if it does.
    pub(crate) fn new(catalog: Arc<Catalog>, deletes: Option<QueueId>) -> (Self, oneshot::Receiver<(Answer, Content)>) {
        let (caller, answer) = oneshot::channel();
        (Self { caller, catalog, deletes }, answer)
    }
}

impl Reply for Teller {
    fn tell(self, answer: Answer, content: Content) -> Result<(), Vec<Leased>> {
        match (&answer, self.deletes) {
            (Answer::Created(Ok(info)) | Answer::Updated(Ok(info)), _) => self.catalog.put(info.clone()),
            (Answer::Deleted(Ok(routing)), Some(queue)) => {
                self.catalog.remove(queue);
                self.catalog.put_routing(routing);
            }
            (Answer::RouterCreated(Ok((_, routing))), _)
            | (Answer::RouterDeleted(Ok(routing)) | Answer::Bound(Ok(routing)) | Answer::Unbound(routing), _) => {
                self.catalog.put_routing(routing);
            }
            _ => {}
        }
        self.caller.send((answer, content)).map_err(|(answer, _)| match answer {
            Answer::Received(Ok(leased)) => leased,
            _ => Vec::new(),
        })
    }
}
