//! How many workers a queue wants: a rule over figures, for autoscalers and for `longshore work`.
//!
//! ```text
//!   at work      = arrivals a second × service time              those who keep up with what comes (Little's law)
//!                + ready × service time ÷ target wait            those who take down what waits, in the time it may wait
//!   at least     = leased                                        whoever works now is not sent away
//!   desired      = ⌈ max(at work, at least) ÷ per worker ⌉, between min and max
//! ```
//!
//! While no message has ended, nobody knows how long one takes: there are then twice as many at work as are, but no more than there are messages.
//!
//! What it is not: a measurement, a clock or a memory. Figures come from the caller, and equal figures give equal answers.
//!
//! Invariants: never fewer workers than hold leases now; none (or `min`) where nothing waits, nothing is leased and nothing arrives; more
//! messages, arrivals or time for each never make it fewer.

mod looks;

pub(crate) use looks::Looks;

/// What is known of a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Load {
    /// Messages that could be delivered now.
    pub(crate) ready: u64,
    /// Messages that are being worked on.
    pub(crate) leased: u64,
    /// Messages that arrive in a second; `None` until two looks were taken.
    pub(crate) arrivals_per_s: Option<f64>,
    /// From delivery to its end, on average; `None` while none has ended.
    pub(crate) service_ms: Option<f64>,
}

/// What the one who asks wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Goal {
    /// How long a message may wait.
    pub(crate) target_wait_ms: u64,
    /// Fewest workers.
    pub(crate) min: u64,
    /// Most workers.
    pub(crate) max: u64,
    /// Messages that one worker holds at a time.
    pub(crate) per_worker: u64,
}

/// An answer, and its reason for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Advice {
    /// How many workers there should be.
    pub(crate) desired: u64,
    /// Why.
    pub(crate) why: String,
}

/// Below this the answer would follow every single message.
pub(crate) const TARGET_WAIT_MS_MIN: u64 = 100;

/// A tenth of a message at work is rounding, not work: without it a worker would stay for what is nearly nothing.
const SLACK: f64 = 0.1;

/// The rule.
pub(crate) fn advise(load: &Load, goal: &Goal) -> Advice {
    let (wanted, reason) = at_work(load, goal);
    let workers = in_workers(wanted, goal.per_worker).max(load.leased.div_ceil(goal.per_worker.max(1)));
    let desired = workers.clamp(goal.min.min(goal.max), goal.max);
    let bound = match () {
        () if desired < workers => format!("; {workers} would be wanted, {} are the most", goal.max),
        () if desired > workers => format!("; {workers} would do, {} are the fewest", goal.min),
        () => String::new(),
    };
    Advice { desired, why: format!("{reason}{bound}") }
}

/// Messages that should be worked on at the same time.
fn at_work(load: &Load, goal: &Goal) -> (f64, String) {
    let Load { ready, leased, arrivals_per_s, service_ms } = *load;
    let arrivals = arrivals_per_s.unwrap_or(0.0);
    if ready == 0 && leased == 0 && arrivals <= 0.0 {
        return (0.0, "nothing waits, nothing is in flight, nothing arrives".to_owned());
    }
    let Some(service_ms) = service_ms.filter(|&ms| ms > 0.0) else {
        let twice = (leased * 2).max(1).min(ready + leased).max(u64::from(arrivals > 0.0));
        return (
            float(twice),
            format!("how long a message takes is not known: twice the {leased} in flight, to find out"),
        );
    };
    let keep_up = arrivals * service_ms / 1000.0;
    let take_down = float(ready) * service_ms / float(goal.target_wait_ms.max(TARGET_WAIT_MS_MIN));
    let reason = format!(
        "{arrivals:.1} arrive a second and take {service_ms:.0} ms each ({keep_up:.1} at work), {ready} wait and may for {} ms \
         ({take_down:.1} at work), {leased} are in flight",
        goal.target_wait_ms
    );
    // Somebody has to be there for what waits or arrives, however little work it is.
    let somebody = if ready > 0 || arrivals > 0.0 { 1.0 } else { 0.0 };
    ((keep_up + take_down).max(somebody), reason)
}

fn in_workers(at_work: f64, per_worker: u64) -> u64 {
    let workers = ((at_work - SLACK) / float(per_worker.max(1))).ceil().max(0.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, and huge ones saturate")]
    let workers = workers as u64;
    workers
}

/// Counts of messages stay far below 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn float(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests;
