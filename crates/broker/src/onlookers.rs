//! Who looks on at what the shard does: the history's recorder, the traces' spotter, both, or nobody.

use crate::catalog::Catalog;
use crate::recorder::Recorder;
use crate::traces::{Spotter, Traces};
use engine::driver::{Happened, Observer};
use history::History;
use std::sync::Arc;
use vocab::Position;

/// Those who look on.
pub(crate) struct Onlookers {
    recorder: Option<Recorder>,
    spotter: Option<Spotter>,
}

impl Onlookers {
    /// An observer for what there is to be seen for, if anything.
    pub(crate) fn observer(
        history: Option<Arc<History>>,
        traces: Option<Arc<Traces>>,
        catalog: &Arc<Catalog>,
    ) -> Option<Box<dyn Observer>> {
        let spotter = traces.map(|traces| Spotter::new(traces, catalog.clone()));
        let onlookers = Self { recorder: history.map(Recorder::new), spotter };
        let has_any = onlookers.recorder.is_some() || onlookers.spotter.is_some();
        has_any.then(|| Box::new(onlookers) as Box<dyn Observer>)
    }
}

impl Observer for Onlookers {
    fn observe(&mut self, happened: &Happened<'_>) {
        if let Some(recorder) = &mut self.recorder {
            recorder.observe(happened);
        }
        if let Some(spotter) = &mut self.spotter {
            spotter.observe(happened);
        }
    }

    fn advance(&mut self, durable: Position) {
        if let Some(recorder) = &mut self.recorder {
            recorder.advance(durable);
        }
        if let Some(spotter) = &mut self.spotter {
            spotter.advance(durable);
        }
    }
}
