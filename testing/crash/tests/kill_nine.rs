//! The crash test: twenty kills under load, then the audit, and what the history tells after all of them.

use crash::scenario::{self, Fault};
use crash::server;

const KILLS: u64 = 20;

/// Over the whole run: without requests under way a kill proves nothing.
const CUT_OFF_MIN: u64 = 1000;

#[test]
fn nothing_acknowledged_is_lost_and_nothing_deleted_comes_back_when_the_server_is_killed_twenty_times_under_load() {
    let folder = tempfile::tempdir().expect("a folder for data and ledgers");
    let binary = server::binary().expect("the server was built");
    let plan = scenario::plan_in(folder.path(), binary, 20_260_101, vec![Fault::Kill; KILLS as usize]);
    let report = scenario::run(&plan.expect("an empty folder")).expect("the run gets to its end");
    println!("{}", report.json());
    assert_eq!(report.audit.violations, Vec::<String>::new());
    assert_eq!(report.lives.violations, Vec::<String>::new(), "a history may lack something, and never lies");
    let (asked, known, ended) = (report.lives.asked, report.lives.known, report.lives.ended);
    assert!(asked > 100 && known * 2 > asked && ended * 4 > asked, "{known} of {asked} lives are known, {ended} ends");
    assert_eq!((report.figures.breaks(), report.figures.refusals()), (0, 0), "{}", report.figures.json());
    let cut_off = report.figures.cut_in_all();
    assert!(cut_off >= CUT_OFF_MIN, "only {cut_off} requests were cut off");
    let torn = report.figures.torn_tails.into_inner();
    assert!(torn >= 1, "no kill left half a frame");
}
