//! What is tidied up beside the doors for as long as they serve.
//!
//! What it is not: needed for anything to stay bounded, which it does by itself.

use broker::Broker;
use door::timeout;
use std::time::Duration;

/// How often consumers are forgotten that left and hold nothing any more.
const FORGET_EVERY: Duration = Duration::from_secs(10);

/// Forgets them now and then, for ever.
pub(crate) async fn forget_consumers(broker: Broker) {
    loop {
        timeout::pause(FORGET_EVERY).await;
        // A broker that does not answer is ending, and everything with it.
        let _ending = broker.forget_consumers().await;
    }
}
