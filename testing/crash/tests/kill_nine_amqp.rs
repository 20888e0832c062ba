//! The crash test of the AMQP door: ten kills under confirms, acks and transactions, then the audit.

use crash::amqp;
use crash::server::{self, Door, Setup};

const KILLS: usize = 10;

#[test]
fn what_was_confirmed_is_there_and_transactions_are_whole_when_the_server_is_killed_ten_times_under_load() {
    let folder = tempfile::tempdir().expect("a folder for data");
    let binary = server::binary().expect("the server was built");
    let data = folder.path().join("data");
    let setup = Setup { binary, data, door: Door::Amqp, wal_write_bytes_max: 4096 };
    let report = amqp::run(&setup, 20_260_103, KILLS).expect("the run gets to its end");
    println!("{report:?}");
    assert_eq!(report.violations, Vec::<String>::new());
    let figures = &report.figures;
    assert!(figures.confirmed > 1000 && figures.acked > 100 && figures.committed > 100, "{figures:?}");
    assert!(figures.cut_off > 100 && figures.returned > 100, "{figures:?}");
}
