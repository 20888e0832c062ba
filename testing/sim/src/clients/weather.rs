//! What happens to the machine while clients work: the disk fills up and empties, the wall clock jumps.

use super::port::Port;
use crate::disk::SimDisk;
use vocab::clock::{Clock, ManualClock};

const HOUR_MS: u64 = 3_600_000;

/// Which kinds of weather there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weather {
    /// The disk is full at times.
    pub full_disk: bool,
    /// The wall clock jumps by up to an hour, either way.
    pub clock_jumps: bool,
}

/// Makes weather until the clients' budget is used up or the broker is gone, and leaves the disk roomy.
pub async fn run(weather: Weather, port: Port, disk: SimDisk, clock: ManualClock, capacity: u64) {
    while port.is_open() && port.world().get().budget > 0 {
        let wait_ms = port.world().get().dice.within(20..600);
        port.alarms().sleep_ms(wait_ms).await;
        if weather.clock_jumps && port.world().get().dice.percent(20) {
            jump(&port, &clock);
        }
        if weather.full_disk && port.world().get().dice.percent(40) {
            let (room, for_ms) = {
                let dice = &mut port.world().get().dice;
                (dice.below(40_000), dice.within(100..2500))
            };
            disk.set_capacity(disk.used() + room);
            port.alarms().sleep_ms(for_ms).await;
            disk.set_capacity(capacity);
        }
    }
    disk.set_capacity(capacity);
}

fn jump(port: &Port, clock: &ManualClock) {
    let dice = &mut port.world().get().dice;
    let by_ms = dice.within(1..HOUR_MS);
    let wall_ms = clock.wall_ms();
    clock.set_wall_ms(if dice.percent(50) { wall_ms + by_ms } else { wall_ms.saturating_sub(by_ms) });
}
