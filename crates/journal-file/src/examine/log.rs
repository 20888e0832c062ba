//! The whole log along its chain: which frames count, which are damaged or missing, and where the log ends.
//!
//! What it is not: recovery, which stops at the first damage. This goes on behind it, so that everything that can still be read
//! is seen. Invariants: frames of a commit are taken together or, where a part of it is damaged, as far as they can be read;
//! nothing is taken that was written after the last synced frame and whose commit is not whole: nobody was told of it.

use super::Finding;
use super::scan::{SegmentScan, Stretch, frame_at, open_segment};
use crate::config::Config;
use crate::error::OpenError;
use crate::io::Io;
use crate::manifest::{Manifest, SegmentEntry};
use crate::names;
use crate::recovery::Frame;
use journal::frame::Flags;

/// What a walk found.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// What is damaged.
    pub findings: Vec<Finding>,
    /// Segments that could be opened.
    pub segments: u64,
    /// Frames that were taken.
    pub frames: u64,
    /// The last frame that was taken; 0 for none.
    pub last_frame: u64,
    /// The log ends with a seal.
    pub sealed: bool,
    /// Where frames or parts of frames lie behind the log's end, which a start would cut.
    pub torn: Option<Finding>,
}

/// Reads the log that `manifest` names. Gives each frame that counts to `take`, with the segment that it lies in; `progress`
/// is told how many bytes are done.
///
/// # Errors
/// The disk refuses to list or to read in a way that says nothing about the file.
pub fn walk_log(
    io: &dyn Io,
    config: &Config,
    manifest: &Manifest,
    take: &mut dyn FnMut(&SegmentEntry, &Frame),
    progress: &mut dyn FnMut(u64),
) -> Result<Log, OpenError> {
    let mut walk = Walk {
        io,
        config,
        manifest,
        take,
        log: Log::default(),
        last: None,
        begun: Vec::new(),
        synced_upto: manifest.synced_upto,
        ended: false,
    };
    let mut done = 0;
    for at in 0..manifest.segments.len() {
        if walk.ended {
            break;
        }
        walk.segment(at)?;
        done += manifest.segments[at].bytes;
        progress(done);
    }
    Ok(walk.log)
}

/// The frame before: its number and its header's checksum.
#[derive(Clone, Copy)]
struct Last {
    frame: u64,
    /// `None` behind damage: there is nothing to compare with.
    crc: Option<u32>,
}

struct Walk<'a> {
    io: &'a dyn Io,
    config: &'a Config,
    manifest: &'a Manifest,
    take: &'a mut dyn FnMut(&SegmentEntry, &Frame),
    log: Log,
    last: Option<Last>,
    /// Frames of a commit whose last one has not come yet.
    begun: Vec<(SegmentEntry, Frame)>,
    synced_upto: u64,
    /// What lies further on does not count.
    ended: bool,
}

impl Walk<'_> {
    fn segment(&mut self, at: usize) -> Result<(), OpenError> {
        let entry = self.manifest.segments[at];
        let name = names::segment(entry.id);
        let opened = open_segment(self.io, entry.id).and_then(|file| {
            SegmentScan::new(file, self.config.read_bytes, Some(entry.salt)).map_err(OpenError::io(&name))
        });
        let mut scan = match opened {
            Ok(scan) => scan,
            Err(error) => {
                self.log.findings.push(Finding::from_error(error)?);
                self.leap();
                return Ok(());
            }
        };
        self.log.segments += 1;
        let read = self.begin(at, &entry, &name, &mut scan).and_then(|()| self.frames(at, &entry, &name, &mut scan));
        if let Err(error) = read {
            self.log.findings.push(Finding::from_error(OpenError::io(&name)(error))?);
            self.leap();
        }
        Ok(())
    }

    /// Compares the first block with the manifest, and the segment's first frame with what came before.
    fn begin(&mut self, at: usize, entry: &SegmentEntry, name: &str, scan: &mut SegmentScan) -> std::io::Result<()> {
        let header = scan.header()?;
        let fits = header.is_some_and(|header| {
            header.store_id == self.manifest.store_id
                && (header.id, header.salt) == (entry.id, entry.salt)
                && (header.first_frame, header.first_position) == (entry.first_frame, entry.first_position)
        });
        if !fits {
            let what = if header.is_some() { "is not the one that the manifest describes" } else { "is damaged" };
            self.log.findings.push(Finding::new(name, 0, format!("its first block {what}")));
        }
        let before = entry.first_frame.saturating_sub(1);
        let retired_between = entry.first_position.0 <= self.manifest.covered().0 + 1;
        if let Some(last) = self.last
            && last.crc.is_some()
            && last.frame != before
            && !(last.frame < before && retired_between)
        {
            self.log.findings.push(Finding::new(name, 0, "it does not follow the segment before it"));
        }
        let follows = self.last.is_some_and(|last| last.frame == before && last.crc.is_some());
        if at == 0 || !follows {
            self.last = Some(Last { frame: before, crc: header.filter(|_| fits).map(|header| header.prev_crc) });
        }
        self.log.sealed = false;
        Ok(())
    }

    fn frames(&mut self, at: usize, entry: &SegmentEntry, name: &str, scan: &mut SegmentScan) -> std::io::Result<()> {
        let mut unreadable = None;
        while let Some(stretch) = scan.next_stretch()? {
            match stretch {
                Stretch::Unreadable { at, bytes, why, header } => {
                    if let Some(header) = header {
                        self.synced_upto = self.synced_upto.max(header.synced_upto);
                    }
                    unreadable = Some((at, bytes, why, header.is_some()));
                }
                Stretch::Frame(frame) => {
                    let behind_hole = unreadable.take();
                    if !self.follows(&frame) && !self.hole(at, name, &frame, behind_hole)? {
                        return Ok(());
                    }
                    self.take(entry, frame);
                    if self.log.sealed {
                        return Ok(());
                    }
                }
            }
        }
        self.end(at, entry, name, unreadable.map(|(at, bytes, _, torn)| (at, bytes, torn)))
    }

    fn follows(&self, frame: &Frame) -> bool {
        self.last.is_none_or(|last| {
            frame.header.frame_seq == last.frame + 1 && last.crc.is_none_or(|crc| crc == frame.header.prev_crc)
        })
    }

    /// There are frames missing before `frame`. Says whether it counts all the same.
    fn hole(
        &mut self,
        at: usize,
        name: &str,
        frame: &Frame,
        unreadable: Option<(u64, u64, journal::frame::FrameError, bool)>,
    ) -> std::io::Result<bool> {
        let wanted = self.last.map_or(frame.header.frame_seq, |last| last.frame + 1);
        let place = unreadable.as_ref().map_or(frame_at(frame), |(at, ..)| *at);
        let synced_upto = self.synced_anywhere(at, frame)?;
        if wanted > synced_upto {
            self.tear(Finding::new(name, place, format!("frames from {wanted} on were never synced")));
            return Ok(false);
        }
        let missing = frame.header.frame_seq.saturating_sub(1).max(wanted);
        let why = unreadable.map_or_else(|| "the chain is broken".to_owned(), |(_, _, why, _)| why.to_string());
        let what = format!(
            "frames {wanted} to {missing} cannot be read ({why}), though frames up to {synced_upto} were synced"
        );
        self.log.findings.push(Finding::new(name, place, what));
        self.leap();
        Ok(true)
    }

    /// The greatest `synced_upto` that this frame, the rest of its segment and all later segments state.
    fn synced_anywhere(&mut self, at: usize, frame: &Frame) -> std::io::Result<u64> {
        self.synced_upto = self.synced_upto.max(frame.header.synced_upto);
        for entry in &self.manifest.segments[at..] {
            let Ok(file) = open_segment(self.io, entry.id) else { continue };
            let mut scan = SegmentScan::new(file, self.config.read_bytes, Some(entry.salt))?;
            while let Some(stretch) = scan.next_stretch()? {
                let header = match stretch {
                    Stretch::Frame(frame) => Some(frame.header),
                    Stretch::Unreadable { header, .. } => header,
                };
                self.synced_upto = self.synced_upto.max(header.map_or(0, |header| header.synced_upto));
            }
        }
        Ok(self.synced_upto)
    }

    fn take(&mut self, entry: &SegmentEntry, frame: Frame) {
        let header = frame.header;
        self.synced_upto = self.synced_upto.max(header.synced_upto);
        self.last = Some(Last { frame: header.frame_seq, crc: Some(frame.crc) });
        if header.flags.has(Flags::SEAL) || header.flags.has(Flags::EMPTY) {
            self.log.sealed = header.flags.has(Flags::SEAL);
            self.log.last_frame = header.frame_seq;
            self.log.frames += 1;
            return;
        }
        self.begun.push((*entry, frame));
        if header.flags.has(Flags::LAST) {
            self.take_begun();
        }
    }

    fn take_begun(&mut self) {
        for (entry, frame) in self.begun.drain(..) {
            self.log.last_frame = frame.header.frame_seq;
            self.log.frames += 1;
            (self.take)(&entry, &frame);
        }
    }

    /// Goes on behind damage: what was begun is taken as far as it could be read.
    fn leap(&mut self) {
        self.take_begun();
        self.last = None;
    }

    /// The segment has no further frame.
    fn end(
        &mut self,
        at: usize,
        entry: &SegmentEntry,
        name: &str,
        rest: Option<(u64, u64, bool)>,
    ) -> std::io::Result<()> {
        let Some(last) = self.last else { return Ok(()) };
        let is_last = at + 1 == self.manifest.segments.len();
        let first_begun = self.begun.first().map(|(_, frame)| (frame_at(frame), frame.header.frame_seq));
        let wanted = first_begun.map_or(last.frame + 1, |(_, frame)| frame);
        if !is_last && (entry.end_frame == wanted || (entry.end_frame == 0 && wanted > self.synced_upto)) {
            return Ok(());
        }
        let synced_upto =
            if is_last { self.synced_upto } else { self.synced_upto.max(entry.end_frame.saturating_sub(1)) };
        let place = first_begun.map(|(at, _)| at).or(rest.map(|(at, ..)| at));
        if wanted <= synced_upto {
            let what = format!("frames from {wanted} on cannot be read, though frames up to {synced_upto} were synced");
            self.log.findings.push(Finding::new(name, place, what));
            self.leap();
        } else if first_begun.is_some() || rest.is_some_and(|(_, _, torn)| torn) {
            self.tear(Finding::new(name, place, format!("frame {wanted} was being written and never synced")));
        }
        Ok(())
    }

    /// The log ends before this.
    fn tear(&mut self, torn: Finding) {
        self.begun.clear();
        self.log.torn = Some(torn);
        self.ended = true;
    }
}
