//! Each fault of the disk is shown to bite, and each promise of the seam is shown to hold without it.

use super::*;
use crate::dice::Dice;
use journal_file::io::{File, Io, Mode};
use std::io::ErrorKind;
use std::sync::Arc;
use vocab::clock::{Clock, ManualClock};

const ROOMY: u64 = 1 << 20;

fn disk() -> SimDisk {
    SimDisk::new(ROOMY, Dice::new(1), ManualClock::at(0))
}

fn plan(change: impl FnOnce(&mut FaultPlan)) -> FaultPlan {
    let mut plan = FaultPlan::default();
    change(&mut plan);
    plan
}

/// A file with a durable name.
fn named(io: &Arc<dyn Io>, name: &str) -> Arc<dyn File> {
    let file = io.create(name, Mode::Buffered).unwrap();
    io.sync_dir().unwrap();
    file
}

#[test]
fn what_was_synced_survives_any_power_loss() {
    for seed in 0..50 {
        let disk = SimDisk::new(ROOMY, Dice::new(seed), ManualClock::at(0));
        let file = named(&disk.mount(), "log");
        file.write_at(0, b"kept").unwrap();
        file.sync_data().unwrap();
        disk.lose_power();
        assert_eq!(disk.content("log").as_deref(), Some(&b"kept"[..]), "seed {seed}");
    }
}

#[test]
fn what_was_not_synced_may_be_lost_kept_torn_or_reordered() {
    let mut outcomes = std::collections::BTreeSet::new();
    let mut total = Tally::default();
    for seed in 0..300 {
        let disk = SimDisk::new(ROOMY, Dice::new(seed), ManualClock::at(0));
        let file = named(&disk.mount(), "log");
        file.write_at(0, &[b'-'; 3 * content::SECTOR]).unwrap();
        file.sync_data().unwrap();
        file.write_at(0, &[b'a'; 2 * content::SECTOR]).unwrap();
        file.write_at(content::SECTOR as u64, &[b'b'; 2 * content::SECTOR]).unwrap();
        disk.lose_power();
        let image = disk.content("log").unwrap();
        outcomes.insert([0, 1, 2].map(|sector| image[sector * content::SECTOR] as char));
        for fault in Fault::ALL {
            total.fired(fault, disk.tally().count(fault));
        }
    }
    for outcome in
        [['-', '-', '-'], ['a', 'b', 'b'], ['a', 'a', '-'], ['-', 'b', 'b'], ['a', '-', '-'], ['a', 'a', 'b']]
    {
        assert!(outcomes.contains(&outcome), "{outcome:?} never happened in {outcomes:?}");
    }
    for fault in [Fault::WriteLost, Fault::WriteTorn, Fault::WritesReordered] {
        assert!(total.count(fault) > 20, "{fault} fired {} times", total.count(fault));
    }
}

#[test]
fn an_unsynced_size_may_be_lost_without_its_data_or_kept_without_it() {
    let mut sizes = std::collections::BTreeSet::new();
    for seed in 0..200 {
        let disk = SimDisk::new(ROOMY, Dice::new(seed), ManualClock::at(0));
        let file = named(&disk.mount(), "log");
        file.write_at(0, &[1; 1024]).unwrap();
        disk.lose_power();
        let image = disk.content("log").unwrap();
        sizes.insert((image.len(), image.contains(&1)));
    }
    assert!(sizes.contains(&(0, false)), "size and data lost");
    assert!(sizes.contains(&(1024, false)), "size kept, data lost");
    assert!(sizes.contains(&(1024, true)), "both kept");
}

#[test]
fn a_name_is_durable_only_after_the_folder_was_synced() {
    let disk = disk();
    let io = disk.mount();
    named(&io, "old").sync_data().unwrap();
    io.create("fresh", Mode::Buffered).unwrap().sync_data().unwrap();
    io.rename("old", "renamed").unwrap();
    assert_eq!(disk.names(), ["fresh", "renamed"]);
    disk.lose_power_by(&mut Chosen::nothing());
    assert_eq!(disk.names(), ["old"]);
    assert_eq!(disk.tally().count(Fault::NameLost), 2);
}

#[test]
fn a_removal_that_was_not_synced_can_be_undone_by_a_power_loss() {
    let disk = disk();
    let io = disk.mount();
    let file = named(&io, "log");
    file.write_at(0, b"still here").unwrap();
    file.sync_data().unwrap();
    drop(file);
    io.remove("log").unwrap();
    assert_eq!(io.open("log", Mode::Read).err().map(|e| e.kind()), Some(ErrorKind::NotFound));
    disk.lose_power_by(&mut Chosen::nothing());
    assert_eq!(disk.content("log").as_deref(), Some(&b"still here"[..]));
}

#[test]
fn a_killed_program_loses_nothing_that_it_wrote() {
    let disk = disk();
    let io = disk.mount();
    let file = io.create("log", Mode::Buffered).unwrap();
    file.write_at(0, b"in the page cache").unwrap();
    disk.restart();
    assert_eq!(disk.content("log").as_deref(), Some(&b"in the page cache"[..]));
    assert!(file.write_at(0, b"a ghost").is_err(), "what the dead program opened is dead");
    assert!(io.list().is_err());
    disk.lose_power_by(&mut Chosen::nothing());
    assert_eq!(disk.content("log"), None, "it was never synced");
}

#[test]
fn a_failed_sync_lies_to_readers_and_to_the_next_sync() {
    let disk = disk();
    let file = named(&disk.mount(), "log");
    disk.set_plan(plan(|plan| plan.sync_error = 1));
    // Enough writes that the dice drop at least one of them.
    for block in 0..32 {
        file.write_at(block * 512, &[7; 512]).unwrap();
    }
    assert!(file.sync_data().is_err());
    disk.set_plan(FaultPlan::default());
    file.sync_data().expect("the pages count as clean");
    let mut seen = vec![0; 32 * 512];
    assert_eq!(file.read_at(0, &mut seen).unwrap(), seen.len());
    assert!(seen.iter().all(|byte| *byte == 7), "the cache shows everything");
    disk.lose_power_by(&mut Chosen::everything());
    let kept = disk.content("log").unwrap();
    assert!(kept.iter().filter(|byte| **byte == 7).count() < seen.len(), "the platter never got it");
    assert_eq!(disk.tally().count(Fault::SyncError), 1);
}

#[test]
fn a_full_disk_refuses_to_grow_a_file_but_takes_what_fits() {
    let disk = disk();
    let io = disk.mount();
    let file = named(&io, "log");
    disk.set_capacity(8192);
    file.write_at(0, &[1; 4096]).unwrap();
    assert_eq!(io.space().unwrap().free_bytes, 4096);
    let refused = file.write_at(4096, &[2; 8192]).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::StorageFull);
    assert_eq!(file.len().unwrap(), 8192, "the part that fits was written");
    file.write_at(0, &[3; 8192]).expect("writing over old bytes needs no room");
    assert_eq!(io.space().unwrap().free_bytes, 0);
    assert_eq!(disk.tally().count(Fault::DiskFull), 1);
    disk.set_capacity(ROOMY);
    file.write_at(8192, &[4; 4096]).expect("there is room again");
}

#[test]
fn a_removed_file_keeps_its_room_until_it_is_closed() {
    let disk = disk();
    let io = disk.mount();
    let file = named(&io, "log");
    file.write_at(0, &[1; 4096]).unwrap();
    io.remove("log").unwrap();
    io.sync_dir().unwrap();
    let mut seen = [0; 4];
    assert_eq!(file.read_at(0, &mut seen).unwrap(), 4);
    assert_eq!(disk.used(), 4096);
    drop(file);
    assert_eq!(disk.used(), 0);
}

#[test]
fn a_short_write_leaves_a_part_and_an_error() {
    let disk = disk();
    let file = named(&disk.mount(), "log");
    disk.set_plan(plan(|plan| plan.short_write = 1));
    assert!(file.write_at(0, &[1; 100_000]).is_err());
    assert!(file.len().unwrap() < 100_000);
    assert_eq!(disk.tally().count(Fault::ShortWrite), 1);
}

#[test]
fn a_read_error_is_told_and_changes_nothing() {
    let disk = disk();
    let file = named(&disk.mount(), "log");
    file.write_at(0, b"fine").unwrap();
    disk.set_plan(plan(|plan| plan.read_error = 1));
    let mut seen = [0; 4];
    assert!(file.read_at(0, &mut seen).is_err());
    assert_eq!(disk.tally().count(Fault::ReadError), 1);
    disk.set_plan(FaultPlan::default());
    assert_eq!(file.read_at(0, &mut seen).unwrap(), 4);
    assert_eq!(&seen, b"fine");
}

#[test]
fn a_flipped_bit_stays_flipped() {
    let disk = disk();
    let file = named(&disk.mount(), "log");
    file.write_at(0, &[0b1000]).unwrap();
    file.sync_data().unwrap();
    disk.flip_bit("log", 0, 0);
    disk.lose_power_by(&mut Chosen::everything());
    assert_eq!(disk.content("log"), Some(vec![0b1001]));
}

#[test]
fn a_slow_operation_takes_time() {
    let clock = ManualClock::at(0);
    let disk = SimDisk::new(ROOMY, Dice::new(1), clock.clone());
    let file = named(&disk.mount(), "log");
    disk.set_plan(plan(|plan| (plan.slow, plan.slow_ms) = (1, 250)));
    file.write_at(0, b"x").unwrap();
    assert_eq!(clock.mono_us(), 250_000);
    assert_eq!(disk.tally().count(Fault::Slow), 1);
}

#[test]
fn the_power_goes_at_the_named_operation_and_stays_away_until_the_next_start() {
    let disk = disk();
    let io = disk.mount();
    let file = named(&io, "log");
    let before = disk.ops();
    disk.set_plan(plan(|plan| plan.power_off_at = Some(before + 2)));
    file.write_at(0, b"one").unwrap();
    let dying = file.write_at(3, b"two").unwrap_err();
    assert!(power_is_off(&dying.to_string()));
    assert!(!disk.is_powered());
    assert!(file.sync_data().is_err());
    assert!(io.list().is_err());
    disk.lose_power_by(&mut Chosen::everything());
    assert!(disk.is_powered());
    assert_eq!(disk.content("log").as_deref(), Some(&b"onetwo"[..]), "the dying write may have landed");
}

#[test]
fn a_direct_write_must_be_aligned() {
    let disk = disk();
    let io = disk.mount();
    let file = io.create("log", Mode::Direct).unwrap();
    assert!(file.is_direct());
    assert_eq!(file.write_at(512, &[0; 4096]).unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(file.write_at(0, &[0; 100]).unwrap_err().kind(), ErrorKind::InvalidInput);
    file.write_at(4096, &[0; 8192]).unwrap();
    disk.set_takes_direct(false);
    let buffered = io.open("log", Mode::Direct).unwrap();
    assert!(!buffered.is_direct());
    buffered.write_at(1, &[0; 10]).unwrap();
}

#[test]
fn a_file_opened_for_reading_cannot_be_written() {
    let io = disk().mount();
    named(&io, "log");
    let file = io.open("log", Mode::Read).unwrap();
    assert_eq!(file.write_at(0, b"no").unwrap_err().kind(), ErrorKind::PermissionDenied);
}

#[test]
fn a_copy_of_a_disk_has_its_own_fate() {
    let disk = disk();
    let file = named(&disk.mount(), "log");
    file.write_at(0, b"undecided").unwrap();
    assert_eq!(disk.undecided(), 1);
    let copy = disk.copy();
    copy.lose_power_by(&mut Chosen::nothing());
    disk.lose_power_by(&mut Chosen::everything());
    assert_eq!(copy.content("log"), Some(vec![]));
    assert_eq!(disk.content("log").as_deref(), Some(&b"undecided"[..]));
}

#[test]
fn a_rename_that_survives_alone_names_its_own_file_and_no_other() {
    let disk = disk();
    let io = disk.mount();
    named(&io, "a.tmp").sync_data().unwrap();
    io.remove("a.tmp").unwrap();
    let fresh = io.create("a.tmp", Mode::Buffered).unwrap();
    fresh.write_at(0, b"fresh").unwrap();
    fresh.sync_data().unwrap();
    io.rename("a.tmp", "a").unwrap();
    // Of removal, creation and rename only the last survives.
    disk.lose_power_by(&mut Chosen::subset(0b100));
    assert_eq!(disk.content("a").as_deref(), Some(&b"fresh"[..]));
    assert_eq!(disk.content("a.tmp"), Some(vec![]), "the old file was never touched");
}
