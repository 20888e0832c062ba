//! A queue's redrives as a page, and back; drawn in [`crate::snapshot`].

use crate::core::redrive::{Redrive, Redrives, Trouble};
use crate::core::state::Queue;
use crate::record::{put_target, take_outcome, take_target, take_trouble};
use journal::wire::{Malformed, Reader, Write};
use vocab::Seq;

pub(super) fn put_redrives(redrives: &Redrives, redriven: u64) -> Vec<u8> {
    let mut out = Vec::with_capacity(64 * (redrives.tasks.len() + 1));
    for number in [redriven, u64::from(redrives.last), redrives.tasks.len() as u64] {
        out.put_varint(number);
    }
    for (number, redrive) in &redrives.tasks {
        out.put_varint(u64::from(*number));
        put_redrive(&mut out, redrive);
    }
    out
}

fn put_redrive(out: &mut Vec<u8>, redrive: &Redrive) {
    let Redrive { started_ms, to_move, end, position, next_ms, moved, failed, .. } = *redrive;
    for number in [started_ms, to_move, end.0, position.0, next_ms, moved, failed] {
        out.put_varint(number);
    }
    out.put_u8(redrive.trouble.map_or(0, Trouble::code));
    put_target(out, redrive.per_second, redrive.target.as_ref());
    out.put_u8(redrive.ended.map_or(0, |(outcome, _)| outcome.code()));
    if let Some((_, ended_ms)) = redrive.ended {
        out.put_varint(ended_ms);
    }
}

pub(super) fn take_redrives(reader: &mut Reader<'_>, queue: &mut Queue) -> Result<(), Malformed> {
    queue.totals.redriven = reader.varint("messages redriven")?;
    queue.redrives = Redrives { last: reader.number("newest redrive")?, stored: true, ..Redrives::default() };
    for _ in 0..reader.varint("count of redrives")? {
        let number = reader.number("redrive")?;
        let redrive = take_redrive(reader)?;
        queue.redrives.tasks.insert(number, redrive);
    }
    Ok(())
}

fn take_redrive(reader: &mut Reader<'_>) -> Result<Redrive, Malformed> {
    let started_ms = reader.varint("start")?;
    let to_move = reader.varint("count to move")?;
    let end = Seq(reader.varint("end")?);
    let position = Seq(reader.varint("position")?);
    let next_ms = reader.varint("next time")?;
    let moved = reader.varint("count moved")?;
    let failed = reader.varint("count failed")?;
    let trouble = take_trouble(reader)?;
    let (per_second, target) = take_target(reader)?;
    let ended = match take_outcome(reader)? {
        Some(outcome) => Some((outcome, reader.varint("end")?)),
        None => None,
    };
    Ok(Redrive { target, per_second, started_ms, to_move, end, position, next_ms, moved, failed, trouble, ended })
}
