//! What a seed decides before anything happens: sizes, queues, boots and their faults.

use crate::clients::weather::Weather;
use crate::dice::Dice;
use crate::disk::FaultPlan;
use broker::LaneLimits;
use journal_file::Config;
use vocab::QueueSettings;

/// Commands that clients give over all boots of a seed, at least.
pub const COMMANDS: usize = 300;

/// A seed's plan.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Sizes and times of the store, small, so that everything happens often.
    pub config: Config,
    /// How much of laned queues the broker looks at, small for the same reason.
    pub lane_limits: LaneLimits,
    /// Whether the file system takes direct writes.
    pub takes_direct: bool,
    /// The queues that are always there.
    pub queues: Vec<(String, QueueSettings)>,
    /// How many clients work at a time.
    pub clients: usize,
    /// Whether clients move what was buried. Where nobody does, the checker can be stricter.
    pub salvages: bool,
    /// Whether one of them is on call. Where nobody is, the checker can be stricter.
    pub operates: bool,
    /// The boots before the last one.
    pub boots: Vec<Boot>,
}

/// What happens between one start of the broker and the next.
#[derive(Clone, Debug)]
pub struct Boot {
    /// Commands until the end.
    pub commands: usize,
    /// How it ends.
    pub end: End,
    /// What goes wrong on the disk while the store is opened.
    pub starting: FaultPlan,
    /// What goes wrong on the disk while clients work.
    pub faults: FaultPlan,
    /// What goes wrong around it.
    pub weather: Weather,
    /// Odds of a part being kept from its turns.
    pub pause_odds: u64,
}

/// How a boot ends, if nothing ends it earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The power goes in the middle of this operation of the disk, recovery included; at the latest when the commands
    /// are used up.
    PowerLossAt(u64),
    /// The power goes in the middle of this sync of a file, recovery included; at the latest as above.
    PowerLossAtSync(u64),
    /// The power goes when the commands are used up, with calls in flight.
    PowerLoss,
    /// The process is killed then.
    Kill,
    /// The broker is asked to stop then, with calls in flight.
    Stop,
}

impl Plan {
    /// What the dice decide.
    #[must_use]
    pub fn of(dice: &mut Dice) -> Self {
        let mut boots: Vec<Boot> = (0..dice.within(1..5)).map(|_| boot(dice)).collect();
        // At least one of them must be a crash.
        if let Some(first) = boots.first_mut()
            && first.end == End::Stop
        {
            first.end = End::PowerLoss;
        }
        Self {
            config: config(dice),
            lane_limits: lane_limits(dice),
            takes_direct: dice.percent(70),
            queues: super::queues::of(dice),
            clients: dice.within(2..7) as usize,
            salvages: dice.percent(50),
            operates: dice.percent(50),
            boots,
        }
    }
}

impl Boot {
    /// A boot without faults that ends as it should.
    #[must_use]
    pub fn quiet(commands: usize) -> Self {
        Self {
            commands,
            end: End::Stop,
            starting: FaultPlan::default(),
            faults: FaultPlan::default(),
            weather: Weather::default(),
            pause_odds: 0,
        }
    }
}

fn boot(dice: &mut Dice) -> Boot {
    let end = match dice.below(10) {
        0..2 => End::PowerLossAt(dice.within(1..40) * dice.within(1..14)),
        2..6 => End::PowerLossAtSync(dice.within(1..12) * dice.within(1..14)),
        6..7 => End::PowerLoss,
        7..9 => End::Kill,
        _ => End::Stop,
    };
    let slow_ms = dice.within(1..400);
    let mut sometimes = |percent, odds| if dice.percent(percent) { odds } else { 0 };
    let faults = FaultPlan {
        power_off_at: if let End::PowerLossAt(op) = end { Some(op) } else { None },
        power_off_at_sync: if let End::PowerLossAtSync(sync) = end { Some(sync) } else { None },
        sync_error: sometimes(15, 150),
        short_write: sometimes(8, 150),
        read_error: sometimes(15, 40),
        slow: sometimes(25, 60),
        slow_ms,
    };
    let starting = FaultPlan {
        power_off_at: faults.power_off_at,
        power_off_at_sync: faults.power_off_at_sync,
        sync_error: sometimes(20, 40),
        short_write: sometimes(10, 100),
        read_error: sometimes(20, 60),
        ..FaultPlan::default()
    };
    Boot {
        commands: dice.within(20..130) as usize,
        end,
        starting,
        faults,
        weather: Weather { full_disk: dice.percent(30), clock_jumps: dice.percent(30) },
        pause_odds: *dice.pick(&[0, 20, 100]),
    }
}

fn config(dice: &mut Dice) -> Config {
    let kib = |range: std::ops::Range<u64>, dice: &mut Dice| dice.within(range) * 1024;
    Config {
        segment_bytes_min: 16 * 1024,
        segment_bytes_max: kib(16..97, dice),
        // Tiny frames give commits of many frames, which a crash can tear apart.
        frame_bytes_max: if dice.percent(50) { dice.within(200..1200) as usize } else { kib(1..33, dice) as usize },
        write_bytes_max: 4096 * dice.within(1..9) as usize,
        cache_bytes: kib(0..33, dice) as usize,
        checkpoint_bytes: kib(4..65, dice),
        checkpoint_ms: dice.within(200..5000),
        checkpoint_files_max: dice.within(1..5) as usize,
        idle_seal_us: dice.within(1000..50_000),
        spare_idle_ms: dice.within(500..20_000),
        retry_ms: dice.within(10..500),
        reserve_bytes_max: *dice.pick(&[0, 64 * 1024, u64::MAX]),
        read_bytes: 4096 * dice.within(1..9) as usize,
        direct: dice.percent(70),
        // Small windows and runs, so that messages move as often as a short history lets them.
        window_messages_max: dice.within(0..40),
        window_bytes_max: kib(0..129, dice),
        uncovered_bytes_max: kib(8..1025, dice),
        run_bytes_max: kib(8..129, dice),
        run_bytes_min: kib(0..17, dice),
        run_block_bytes: dice.within(100..4000) as usize,
        sort_bytes: dice.within(100..20_000) as usize,
        read_ahead_bytes: dice.within(0..8000) as usize,
        block_cache_bytes: dice.within(0..20_000) as usize,
    }
}

fn lane_limits(dice: &mut Dice) -> LaneLimits {
    LaneLimits {
        known_max: dice.within(1..30) as usize,
        read_count: dice.within(1..8) as usize,
        heads_min: dice.within(1..5) as usize,
        idle_ms: dice.within(20..3000),
    }
}
