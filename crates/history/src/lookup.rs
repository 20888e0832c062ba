//! Finds the life of one message in the files.
//!
//! ```text
//!  newest file → oldest: what is known of the message, and of those it was before (a buried or redriven entry names what it became);
//!  then forward again from where it became another: what is known of that one.
//! ```
//!
//! What it is not: an index. Blocks, and whole files that were looked at before, are passed by when their covers deny every id that is
//! looked for. Invariants: one file is in memory at a time; ids and moments are bounded.

use crate::block::Blocks;
use crate::decode::Decoder;
use crate::entry::{Dated, Entry, holds};
use crate::folder::read_up_to;
use crate::life::{Gap, Life};
use crate::names::Names;
use crate::ring::RingFile;
use crate::summary::Summary;
use crate::telling::{Found, Step, tell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::sync::Arc;
use vocab::{MessageId, Seq};

/// Ids that one message is followed under.
const IDS_MAX: usize = 64;

/// Moments of one file, and of a life: of more, the newest.
const FOUND_MAX: usize = 1000;

/// One lookup under way.
pub(crate) struct Lookup<'f> {
    files: &'f [RingFile],
    watch: Watch,
    /// By file, so that looking again replaces what was found before.
    found: BTreeMap<usize, Findings>,
    /// What was learned of files on the way.
    pub(crate) summaries: Vec<(u32, Arc<Summary>)>,
}

/// The ids that are looked for.
struct Watch {
    /// The message, and what it became.
    own: BTreeSet<MessageId>,
    /// What it was before.
    earlier: BTreeSet<MessageId>,
}

/// What one file says.
#[derive(Default)]
struct Findings {
    found: VecDeque<Found>,
    omitted: u64,
    gaps: Vec<Gap>,
}

impl<'f> Lookup<'f> {
    /// Looks for a message in these files, oldest first.
    pub(crate) fn run(files: &'f [RingFile], id: MessageId) -> Self {
        let watch = Watch { own: BTreeSet::from([id]), earlier: BTreeSet::new() };
        let mut lookup = Self { files, watch, found: BTreeMap::new(), summaries: Vec::new() };
        let mut became_at = files.len();
        for at in (0..files.len()).rev() {
            let known = lookup.watch.own.len();
            lookup.look_at(at);
            if lookup.watch.own.len() > known {
                became_at = at;
            }
        }
        for at in became_at.saturating_add(1)..files.len() {
            lookup.look_at(at);
        }
        lookup
    }

    /// What it found.
    pub(crate) fn life(&mut self) -> Life {
        let (mut all, mut omitted, mut gaps) = (VecDeque::new(), 0, Vec::new());
        for findings in std::mem::take(&mut self.found).into_values() {
            omitted += findings.omitted;
            gaps.extend(findings.gaps);
            all.extend(findings.found);
            omitted += keep_newest(&mut all);
        }
        let since_ms = all.front().map_or(0, |found: &Found| found.at_ms);
        gaps.retain(|gap| gap.at_ms >= since_ms);
        let known_from_ms = self.files.iter().find_map(|file| file.first_ms);
        Life { moments: tell(all), omitted, known_from_ms, gaps }
    }

    /// Looks at one file until it names no further id.
    fn look_at(&mut self, at: usize) {
        let file = &self.files[at];
        if let Some(summary) = file.summary.as_ref().filter(|summary| !self.watch.concerns(&summary.cover)) {
            self.found.insert(at, Findings { gaps: summary.gaps.clone(), ..Findings::default() });
            return;
        }
        let Ok(bytes) = read(file) else {
            let gap = Gap { at_ms: file.first_ms.unwrap_or(0), entries: None };
            self.found.insert(at, Findings { gaps: vec![gap], ..Findings::default() });
            return;
        };
        let summary = Arc::new(Summary::of(&bytes));
        let mut findings = Findings::default();
        while self.watch.search(&bytes, &mut findings) {}
        findings.gaps.extend(&summary.gaps);
        self.found.insert(at, findings);
        self.summaries.push((file.number, summary));
    }
}

impl Watch {
    fn concerns(&self, cover: &crate::cover::Cover) -> bool {
        self.own.iter().chain(&self.earlier).any(|id| cover.may_hold(*id))
    }

    /// Searches a file; says whether it named further ids, so that it has to be searched again.
    fn search(&mut self, file: &[u8], findings: &mut Findings) -> bool {
        *findings = Findings::default();
        let (mut names, known) = (Names::default(), self.own.len() + self.earlier.len());
        for block in Blocks::of(file) {
            if !block.head.has_names && !self.concerns(&block.head.cover) {
                continue;
            }
            let Some(body) = block.body() else {
                findings.gaps.push(Gap { at_ms: block.head.first_ms, entries: Some(u64::from(block.head.entries)) });
                continue;
            };
            for dated in Decoder::new(body).flatten() {
                names.note(&dated.entry);
                self.follow(&dated);
                for id in self.own.iter().chain(&self.earlier) {
                    if let Some(step) = step_of(&dated, *id, &names) {
                        findings.found.push_back(Found { at_ms: dated.at_ms, id: *id, step });
                    }
                }
                findings.omitted += keep_newest(&mut findings.found);
            }
        }
        self.own.len() + self.earlier.len() > known
    }

    /// Takes in the other ids that an entry gives to those that are looked for. What else an earlier one became, where it was set aside
    /// into several queues, is another life.
    fn follow(&mut self, dated: &Dated<'_>) {
        let Entry::Became { span, to, .. } = &dated.entry else { return };
        let leaving = |id: &MessageId| id.key == dated.key && holds(*span, id.seq.0);
        let became: Vec<_> = self.own.iter().filter(|id| leaving(id)).map(|id| id.seq.0 - span.0).collect();
        let arrived = (to.seq.0, to.seq.0 + (span.1 - span.0));
        let came = self.own.iter().chain(&self.earlier).filter(|id| id.key == to.key && holds(arrived, id.seq.0));
        let came: Vec<_> = came.map(|id| id.seq.0 - to.seq.0).collect();
        for nth in came {
            let before = MessageId::new(dated.key, Seq(span.0 + nth));
            if !self.own.contains(&before) && self.has_room() {
                self.earlier.insert(before);
            }
        }
        for nth in became {
            if self.has_room() {
                self.own.insert(MessageId::new(to.key, Seq(to.seq.0 + nth)));
            }
        }
    }

    fn has_room(&self) -> bool {
        self.own.len() + self.earlier.len() < IDS_MAX
    }
}

/// What an entry says of a message.
fn step_of(dated: &Dated<'_>, id: MessageId, names: &Names) -> Option<Step> {
    let is_key = dated.key == id.key;
    match &dated.entry {
        Entry::Published { span, door } if is_key && holds(*span, id.seq.0) => {
            Some(Step::Published { door: names.door(*door) })
        }
        Entry::Delivered { spans, first_epoch, consumer } if is_key && spans.contains(id.seq.0) => {
            let boot = vocab::LeaseEpoch(first_epoch.0.wrapping_add(spans.rank(id.seq.0))).boot();
            Some(Step::Delivered { consumer: names.consumer(*consumer), boot })
        }
        Entry::Ended { how, spans, words } if is_key && spans.contains(id.seq.0) => {
            Some(Step::Ended { how: *how, words: (*words).into() })
        }
        Entry::Became { how, span, to } if is_key && holds(*span, id.seq.0) => {
            let to = MessageId::new(to.key, Seq(to.seq.0 + (id.seq.0 - span.0)));
            Some(Step::Became { how: *how, to })
        }
        Entry::QueueDeleted if dated.key.queue == id.key.queue => Some(Step::QueueDeleted),
        Entry::Published { .. }
        | Entry::Delivered { .. }
        | Entry::Ended { .. }
        | Entry::Became { .. }
        | Entry::QueueDeleted
        | Entry::Started { .. }
        | Entry::DoorEntered { .. }
        | Entry::ConsumerEntered(_)
        | Entry::ConsumerLeft { .. } => None,
    }
}

fn read(file: &RingFile) -> io::Result<Vec<u8>> {
    read_up_to(&*file.file, usize::try_from(file.bytes).unwrap_or(usize::MAX))
}

/// Leaves the newest; says how many went.
fn keep_newest(found: &mut VecDeque<Found>) -> u64 {
    let above = found.len().saturating_sub(FOUND_MAX);
    found.drain(..above);
    above as u64
}
