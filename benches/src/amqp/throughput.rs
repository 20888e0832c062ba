//! Rates and processor time for a message: publishing, consuming, both, in turns.

use super::Scale;
use super::contestant::{Contestant, Load, Name};
use super::run::{Goal, Plan};
use crate::report::{Budget, Measured, Report, median};
use crate::rounds::take_turns;
use anyhow::Result;

/// Messages that publishers may be ahead of the consumers where both work.
const AHEAD_MAX: u64 = 20_000;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Publishing 1 KiB.
    Publish,
    /// Publishing 100 bytes.
    PublishSmall,
    /// Consuming and acknowledging 1 KiB.
    Consume,
    /// Both at once, 1 KiB.
    Both,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Publish, Self::PublishSmall, Self::Consume, Self::Both];

    fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish 1 KiB",
            Self::PublishSmall => "publish 100 B",
            Self::Consume => "consume and ack 1 KiB",
            Self::Both => "publish and consume 1 KiB",
        }
    }

    fn load(self) -> Load {
        let publishing = Load { publishers: 16, window: 200, consumers: 0, prefetch: 0, body_bytes: 1024 };
        match self {
            Self::Publish => publishing,
            Self::PublishSmall => Load { body_bytes: 100, ..publishing },
            Self::Consume => Load { publishers: 0, consumers: 4, prefetch: 200, ..publishing },
            Self::Both => Load { consumers: 4, prefetch: 200, ..publishing },
        }
    }

    /// Most server CPU for a million messages, in seconds.
    fn cpu_s_max(self) -> Option<f64> {
        match self {
            Self::Publish => Some(3.5),
            Self::PublishSmall => None,
            Self::Consume => Some(3.0),
            Self::Both => Some(6.0),
        }
    }

    /// Least multiple of the quorum queue's rate.
    fn times_quorum_min(self) -> f64 {
        match self {
            Self::Publish => 6.0,
            Self::PublishSmall => 10.0,
            Self::Consume => 4.0,
            Self::Both => 5.0,
        }
    }

    fn once(self, contestant: &Contestant, scale: &Scale) -> Result<Measured> {
        let load = self.load();
        if self == Self::Consume {
            contestant.fill(scale.backlog, load.body_bytes)?;
            let plan = Plan { goal: Goal::Delivered(scale.backlog), ahead_max: None };
            return contestant.run(load, plan).map(|(_, measured)| measured);
        }
        let ahead_max = (load.consumers > 0).then_some(AHEAD_MAX);
        let (_, measured) = contestant.run(load, Plan { goal: Goal::Time(scale.run), ahead_max })?;
        contestant.purge()?;
        Ok(measured)
    }
}

/// Measures `kind` in rounds and adds the figures and their verdicts to the report.
pub fn measure(kind: Kind, contestants: &mut [Contestant], scale: &Scale, report: &mut Report) -> Result<()> {
    let rounds = take_turns(kind.name(), scale.pairs, contestants, report, |contestant| kind.once(contestant, scale))?;
    judge(kind, contestants, &rounds, report);
    Ok(())
}

fn judge(kind: Kind, contestants: &[Contestant], rounds: &[Vec<Measured>], report: &mut Report) {
    let of = |name: Name| contestants.iter().position(|contestant| contestant.name == name).map(|at| &rounds[at]);
    let Some(ours) = of(Name::Longshore) else { return };
    let generator = ours.iter().map(|one| one.generator_share).fold(0.0, f64::max);
    if let Some(most) = kind.cpu_s_max() {
        // A microsecond for one message is a second for a million.
        let cpu = median(ours.iter().map(Measured::cpu_us_per_operation).collect());
        let budget = Budget::at_most(kind.name(), "server CPU, s for a million", cpu, most);
        report.judge(budget.generated_by(generator));
    }
    if let Some(quorum) = of(Name::Quorum) {
        let times = ours.iter().zip(quorum).map(|(ours, theirs)| ours.per_second / theirs.per_second).collect();
        report.judge(
            Budget::at_least(kind.name(), "times the quorum queue's rate", median(times), kind.times_quorum_min())
                .generated_by(generator),
        );
    }
}
