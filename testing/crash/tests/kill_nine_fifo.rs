//! The crash test of FIFO queues: twenty kills under producers that send again, then the audit of order and of repeats.

use crash::scenario::{self, Fault};
use crash::{fifo, server};

const KILLS: usize = 20;

/// Sends over the whole run whose answer a kill took, so that they were sent again.
const SENDS_CUT_MIN: u64 = 100;

#[test]
fn groups_stay_in_order_and_nothing_sent_again_is_accepted_twice_when_the_server_is_killed_twenty_times_under_load() {
    let folder = tempfile::tempdir().expect("a folder for data and ledgers");
    let binary = server::binary().expect("the server was built");
    let plan = scenario::plan_in(folder.path(), binary, 20_260_102, vec![Fault::Kill; KILLS]);
    let report = fifo::run(&plan.expect("an empty folder")).expect("the run gets to its end");
    println!("{}", report.json());
    assert_eq!(report.audit.violations, Vec::<String>::new());
    assert_eq!(report.lives.violations, Vec::<String>::new(), "a history may lack something, and never lies");
    assert_eq!((report.figures.breaks(), report.figures.refusals()), (0, 0), "{}", report.figures.json());
    let cut = report.figures.sends_cut.into_inner();
    assert!(cut >= SENDS_CUT_MIN, "only {cut} sends were cut off");
}
