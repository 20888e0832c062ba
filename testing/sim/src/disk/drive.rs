//! The disk itself: its files, its power, its faults, and the handle by which the simulator owns it.
//!
//! What it is not: what the program sees of it ([`super::mount`]).
//! Invariants: an operation that changes something is counted before it happens, so that "the power goes at operation
//! N" names the same moment in every run of a seed. Once the power is off everything fails until the next start, and
//! whatever an earlier start opened fails for ever.

use super::content::Content;
use super::fate::{Fate, Thrown};
use super::faults::{Fault, FaultPlan, Tally};
use super::mount;
use super::names::{FileId, Names};
use crate::dice::Dice;
use journal_file::io::{BLOCK, Io};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use vocab::clock::ManualClock;

/// A simulated disk with one folder. Clones are the same disk.
#[derive(Clone, Debug)]
pub struct SimDisk {
    drive: Arc<Mutex<Drive>>,
}

#[derive(Clone, Debug)]
pub(super) struct Drive {
    pub(super) contents: BTreeMap<FileId, Content>,
    pub(super) names: Names,
    pub(super) next_file: FileId,
    pub(super) powered: bool,
    /// Which start this is; what belongs to another one is dead.
    pub(super) start: u64,
    /// Changing operations since this start.
    ops: u64,
    /// Syncs of files since this start.
    syncs: u64,
    pub(super) capacity: u64,
    pub(super) takes_direct: bool,
    pub(super) plan: FaultPlan,
    pub(super) tally: Tally,
    pub(super) dice: Dice,
    clock: ManualClock,
}

impl SimDisk {
    /// An empty disk with room for `capacity` bytes. Slow operations move `clock`.
    #[must_use]
    pub fn new(capacity: u64, dice: Dice, clock: ManualClock) -> Self {
        Self::of(Drive {
            contents: BTreeMap::new(),
            names: Names::default(),
            next_file: 1,
            powered: true,
            start: 1,
            ops: 0,
            syncs: 0,
            capacity,
            takes_direct: true,
            plan: FaultPlan::default(),
            tally: Tally::default(),
            dice,
            clock,
        })
    }

    fn of(drive: Drive) -> Self {
        Self { drive: Arc::new(Mutex::new(drive)) }
    }

    fn drive(&self) -> MutexGuard<'_, Drive> {
        lock(&self.drive)
    }

    /// The folder, for the program that runs from this start to the next.
    #[must_use]
    pub fn mount(&self) -> Arc<dyn Io> {
        mount::folder(self.drive.clone(), self.drive().start)
    }

    /// Another disk with the same content, unsynced writes included.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self::of(self.drive().clone())
    }

    /// What goes wrong from here on.
    pub fn set_plan(&self, plan: FaultPlan) {
        self.drive().plan = plan;
    }

    /// Gives the disk another size, in bytes. A smaller one than is in use takes nothing away.
    pub fn set_capacity(&self, capacity: u64) {
        self.drive().capacity = capacity;
    }

    /// Whether [`Mode::Direct`] does what it says from here on, or opens a file as [`Mode::Buffered`] does.
    pub fn set_takes_direct(&self, takes_direct: bool) {
        self.drive().takes_direct = takes_direct;
    }

    /// Bytes in use, files without a name that are still open included.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.drive().used()
    }

    /// False from the moment the plan took the power away until [`SimDisk::lose_power`].
    #[must_use]
    pub fn is_powered(&self) -> bool {
        self.drive().powered
    }

    /// Changing operations since this start.
    #[must_use]
    pub fn ops(&self) -> u64 {
        self.drive().ops
    }

    /// How many things a power loss would decide about: unsynced writes and changes of names.
    #[must_use]
    pub fn undecided(&self) -> usize {
        let drive = self.drive();
        drive.names.unsynced() + drive.contents.values().map(Content::unsynced).sum::<usize>()
    }

    /// What happened since the disk was made.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.drive().tally.clone()
    }

    /// The program is killed and started again: all that it wrote is there, synced or not.
    pub fn restart(&self) {
        self.drive().start_again();
    }

    /// The power goes and comes back; the disk's own dice say what was kept.
    pub fn lose_power(&self) {
        let mut drive = self.drive();
        let mut fate = Thrown(drive.dice.fork());
        drive.lose_power(&mut fate);
    }

    /// The power goes and comes back; `fate` says what was kept.
    pub fn lose_power_by(&self, fate: &mut dyn Fate) {
        self.drive().lose_power(fate);
    }

    /// The names that exist, in order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.drive().names.iter().map(|(name, _)| name.clone()).collect()
    }

    /// What readers see of a file; `None` when there is none of this name.
    #[must_use]
    pub fn content(&self, name: &str) -> Option<Vec<u8>> {
        let drive = self.drive();
        let content = &drive.contents[&drive.names.get(name)?];
        let mut bytes = vec![0; content.len()];
        content.read(0, &mut bytes);
        Some(bytes)
    }

    /// Replaces a file's bytes, durably. Nothing happens without it.
    pub fn overwrite(&self, name: &str, bytes: &[u8]) {
        let mut drive = self.drive();
        if let Some(file) = drive.names.get(name) {
            let content = drive.content(file);
            content.write(0, bytes);
            content.sync();
        }
    }

    /// Turns one bit of a file around. Nothing happens past its end or without it.
    pub fn flip_bit(&self, name: &str, offset: usize, bit: u32) {
        let mut drive = self.drive();
        if let Some(file) = drive.names.get(name) {
            drive.content(file).flip_bit(offset, bit);
            drive.tally.fired(Fault::BitFlip, 1);
        }
    }
}

impl Drive {
    pub(super) fn content(&mut self, file: FileId) -> &mut Content {
        self.contents.get_mut(&file).expect("a file that is named or open has content")
    }

    pub(super) fn used(&self) -> u64 {
        self.contents.values().map(|content| content.len().next_multiple_of(BLOCK) as u64).sum()
    }

    /// Counts a changing operation. `Ok(false)` says that the power goes in the middle of it.
    pub(super) fn begin(&mut self) -> io::Result<bool> {
        self.ops += 1;
        if self.plan.power_off_at == Some(self.ops) {
            self.powered = false;
        }
        self.dawdle();
        Ok(self.powered)
    }

    pub(super) fn dawdle(&mut self) {
        if self.dice.one_in(self.plan.slow) {
            self.tally.fired(Fault::Slow, 1);
            self.clock.advance_ms(self.plan.slow_ms);
        }
    }

    fn start_again(&mut self) {
        self.start += 1;
        self.ops = 0;
        self.syncs = 0;
        self.powered = true;
        for content in self.contents.values_mut() {
            content.handles = 0;
        }
        self.sweep();
    }

    fn lose_power(&mut self, fate: &mut dyn Fate) {
        self.tally.fired(Fault::PowerLoss, 1);
        let kept = fate.names(self.names.unsynced());
        let lost = self.names.lose_power(&kept);
        self.tally.fired(Fault::NameLost, lost);
        for content in self.contents.values_mut() {
            let loss = content.lose_power(fate);
            self.tally.fired(Fault::WriteLost, loss.lost);
            self.tally.fired(Fault::WriteTorn, loss.torn);
            self.tally.fired(Fault::WritesReordered, u64::from(loss.reordered));
        }
        self.start_again();
    }

    /// Frees what has neither a name nor an open file.
    pub(super) fn sweep(&mut self) {
        let names = &self.names;
        self.contents.retain(|file, content| content.handles > 0 || names.mention(*file));
    }

    pub(super) fn write(&mut self, file: FileId, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let live = self.begin()?;
        let offset = usize::try_from(offset).expect("simulated files are small");
        let allocated = self.content(file).len().next_multiple_of(BLOCK);
        let room = self.capacity.saturating_sub(self.used()) as usize / BLOCK * BLOCK;
        if offset + bytes.len() > allocated + room {
            self.tally.fired(Fault::DiskFull, 1);
            let fits = (allocated + room).saturating_sub(offset).min(bytes.len());
            self.content(file).write(offset, &bytes[..fits]);
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        if self.dice.one_in(self.plan.short_write) {
            self.tally.fired(Fault::ShortWrite, 1);
            let written = self.dice.index(bytes.len() + 1);
            self.content(file).write(offset, &bytes[..written]);
            return Err(input_output("write"));
        }
        self.content(file).write(offset, bytes);
        self.tally.writes += 1;
        self.tally.bytes_written += bytes.len() as u64;
        if live { Ok(()) } else { Err(power_off()) }
    }

    pub(super) fn sync(&mut self, file: FileId) -> io::Result<()> {
        self.syncs += 1;
        if self.plan.power_off_at_sync == Some(self.syncs) {
            self.powered = false;
        }
        if !self.begin()? {
            return Err(power_off());
        }
        if self.dice.one_in(self.plan.sync_error) {
            self.tally.fired(Fault::SyncError, 1);
            let mut fate = Thrown(self.dice.fork());
            self.content(file).fail_to_sync(&mut fate);
            return Err(input_output("fdatasync"));
        }
        self.content(file).sync();
        self.tally.syncs += 1;
        Ok(())
    }

    pub(super) fn sync_names(&mut self) -> io::Result<()> {
        if !self.begin()? {
            return Err(power_off());
        }
        if self.dice.one_in(self.plan.sync_error) {
            self.tally.fired(Fault::SyncError, 1);
            return Err(input_output("fsync of the folder"));
        }
        self.names.sync();
        self.sweep();
        self.tally.dir_syncs += 1;
        Ok(())
    }
}

pub(super) fn lock(drive: &Mutex<Drive>) -> MutexGuard<'_, Drive> {
    // A test that failed while it held the lock has already said why.
    drive.lock().unwrap_or_else(PoisonError::into_inner)
}

const POWER_OFF: &str = "the power is off";

pub(super) fn power_off() -> io::Error {
    io::Error::other(POWER_OFF)
}

pub(super) fn input_output(what: &str) -> io::Error {
    io::Error::other(format!("simulated input/output error in {what}"))
}

/// Whether an error's text says that the simulated power went, and nothing worse.
#[must_use]
pub fn power_is_off(text: &str) -> bool {
    text.contains(POWER_OFF)
}
