//! One file after another, in lines.

use super::Lines;
use super::record::{flags_of, record_value, shown_record};
use crate::tools::ToolError;
use crate::tools::output::shown;
use engine::snapshot;
use journal::SeqSet;
use journal::record::Records;
use journal_file::examine::{Folder, ManifestState, SegmentScan, Stretch, examine_run, open_segment, read_checkpoints};
use journal_file::io::Io;
use journal_file::{Frame, Manifest, names};
use serde_json::{Value, json};

/// Bytes of a segment read at a time.
const READ_BYTES: usize = 4 * 1024 * 1024;

/// What the manifest that counts names, and what else there is.
pub(super) fn overview(folder: &Folder, lines: &mut Lines) {
    manifest("what counts", &folder.manifest, lines);
    for name in folder.left_over() {
        let _more = lines.add(
            || format!("left over: {name}; the next start removes it"),
            || json!({ "file": name, "left_over": true }),
        );
    }
}

/// Both manifests.
pub(super) fn manifests(folder: &Folder, lines: &mut Lines) {
    for (name, state) in &folder.manifests {
        let what = match state {
            ManifestState::Whole(whole) => {
                manifest(name, whole, lines);
                continue;
            }
            ManifestState::Missing => "missing",
            ManifestState::Damaged => "damaged",
            ManifestState::Later(_) => "of a later version",
        };
        let _more = lines.add(|| format!("{name}: {what}"), || json!({ "file": name, "state": what }));
    }
}

fn manifest(name: &str, manifest: &Manifest, lines: &mut Lines) {
    let Manifest { id, store_id, boot, synced_upto, log_ms, .. } = manifest;
    let _more = lines.add(
        || {
            format!(
                "{name}: manifest {id} of store {store_id:032x}, boot {boot}, frames up to {synced_upto} synced, log time {log_ms} ms"
            )
        },
        || {
            json!({ "manifest": name, "id": id, "store_id": format!("{store_id:032x}"), "boot": boot.0,
                    "synced_upto": synced_upto, "log_ms": log_ms })
        },
    );
    for entry in &manifest.checkpoints {
        let _more = lines.add(
            || format!("  checkpoint {} covers commit {}, {} bytes", entry.number, entry.covers, entry.bytes),
            || json!({ "checkpoint": entry.number, "covers": entry.covers.0, "bytes": entry.bytes }),
        );
    }
    for entry in &manifest.segments {
        let end =
            if entry.end_frame == 0 { "written to".to_owned() } else { format!("up to frame {}", entry.end_frame - 1) };
        let _more = lines.add(
            || {
                let (id, frame, position) = (entry.id, entry.first_frame, entry.first_position);
                format!("  segment {id} from frame {frame} and commit {position}, {end}, {} bytes", entry.bytes)
            },
            || {
                json!({ "segment": entry.id, "salt": format!("{:016x}", entry.salt), "first_frame": entry.first_frame,
                        "end_frame": entry.end_frame, "first_position": entry.first_position.0, "bytes": entry.bytes })
            },
        );
    }
    for entry in &manifest.runs {
        let _more = lines.add(
            || format!("  run {} of generation {}, {} bytes", entry.number, entry.generation, entry.bytes),
            || json!({ "run": entry.number, "generation": entry.generation, "bytes": entry.bytes }),
        );
    }
}

/// A segment's first block and its frames, each with its records.
pub(super) fn segment(io: &dyn Io, folder: &Folder, id: u32, lines: &mut Lines) -> Result<(), ToolError> {
    let name = names::segment(id);
    let known = folder.manifest.segments.iter().find(|entry| entry.id == id);
    let read = |error| ToolError::io(&name)(error);
    let mut scan = SegmentScan::new(open_segment(io, id)?, READ_BYTES, known.map(|entry| entry.salt)).map_err(read)?;
    let header = scan.header().map_err(read)?;
    let _more = lines.add(
        || match header {
            Some(header) => format!(
                "{name}: boot {}, from frame {} and commit {}, salt {:016x}{}",
                header.epoch,
                header.first_frame,
                header.first_position,
                header.salt,
                if known.is_some() { "" } else { "; no manifest names it" }
            ),
            None => format!("{name}: its first block is damaged"),
        },
        || match header {
            Some(header) => json!({ "segment": id, "boot": header.epoch.0, "first_frame": header.first_frame,
                "first_position": header.first_position.0, "salt": format!("{:016x}", header.salt) }),
            None => json!({ "segment": id, "damaged": true }),
        },
    );
    loop {
        let at = scan.at();
        let Some(stretch) = scan.next_stretch().map_err(read)? else { return Ok(()) };
        let more = match stretch {
            Stretch::Frame(frame) => show_frame(at, &frame, lines),
            Stretch::Unreadable { at, bytes, why, .. } => lines.add(
                || format!("{at:>10} {bytes} bytes without a frame: {why}"),
                || json!({ "at": at, "bytes": bytes, "unreadable": why.to_string() }),
            ),
        };
        if !more {
            return Ok(());
        }
    }
}

fn show_frame(at: u64, frame: &Frame, lines: &mut Lines) -> bool {
    let header = frame.header;
    let flags = flags_of(header.flags);
    let shown = lines.add(
        || {
            format!(
                "{at:>10} frame {} commit {} {flags} boot {} synced up to {}, {} records in {} bytes",
                header.frame_seq, header.position, header.epoch, header.synced_upto, header.records, header.len
            )
        },
        || {
            json!({ "at": at, "frame": header.frame_seq, "position": header.position.0, "flags": flags,
                    "boot": header.epoch, "synced_upto": header.synced_upto, "records": header.records, "bytes": header.len })
        },
    );
    shown
        && Records::new(&frame.body).all(|record| match record {
            Ok(record) => lines.add(|| format!("{:>10} {}", "", shown_record(&record)), || record_value(&record)),
            Err(error) => {
                lines.add(|| format!("{:>10} malformed: {error}", ""), || json!({ "malformed": error.to_string() }))
            }
        })
}

/// A run's blocks.
pub(super) fn run(io: &dyn Io, folder: &Folder, number: u32, lines: &mut Lines) -> Result<(), ToolError> {
    let Some(entry) = folder.manifest.runs.iter().find(|entry| entry.number == number) else {
        let _more =
            lines.add(|| format!("no manifest names run {number}"), || json!({ "run": number, "named": false }));
        return Ok(());
    };
    let examined = examine_run(io, folder.manifest.store_id, entry, &mut |block| {
        let seqs: SeqSet = block.entries.iter().map(|(seq, _)| seq.0).collect();
        let (key, count) = (block.key, block.entries.len());
        let _more = lines.add(
            || {
                let (at, bytes, seqs) = (block.at, block.bytes, shown(&seqs));
                format!(
                    "{at:>10} queue {} partition {}: {count} messages in {bytes} bytes, seqs {seqs}",
                    key.queue, key.partition
                )
            },
            || {
                json!({ "at": block.at, "bytes": block.bytes, "queue": key.queue.0, "partition": key.partition.0,
                        "messages": count, "seqs": shown(&seqs) })
            },
        );
    })?;
    for finding in examined.findings {
        let _more = lines.add(
            || format!("{:>10} damaged: {}", finding.at.unwrap_or(0), finding.what),
            || json!({ "at": finding.at, "damaged": finding.what }),
        );
    }
    Ok(())
}

/// The checkpoint's pages, by what they hold.
pub(super) fn checkpoint(io: &dyn Io, folder: &Folder, lines: &mut Lines) -> Result<(), ToolError> {
    let read = read_checkpoints(io, &folder.manifest)?;
    for finding in &read.findings {
        let text = || format!("damaged: {}: {}", finding.file, finding.what);
        let _more = lines.add(text, || json!({ "file": finding.file, "damaged": finding.what }));
    }
    let covers = read.covers;
    let pages = read.pages.unwrap_or_default();
    let _more = lines.add(
        || format!("the state after commit {covers}, in {} pages", pages.len()),
        || json!({ "covers": covers.0, "pages": pages.len() }),
    );
    for (key, content) in &pages {
        let name = snapshot::page_named(*key)
            .map_or_else(|| format!("unknown page {:032x}", key.0), |page| format!("{page:?}"));
        let bytes = content.len();
        if !lines.add(|| format!("{bytes:>10} bytes {name}"), || json!({ "page": name, "bytes": bytes }) as Value) {
            break;
        }
    }
    Ok(())
}
