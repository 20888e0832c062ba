//! Queues by name: shown when durable, gone when deleted, the same after a restart.

use crate::bench::Bench;
use broker::{CreateQueueError, Error, UpdateQueueError};
use std::pin::pin;
use vocab::QueueSettings;

#[test]
fn a_queue_is_shown_once_it_is_durable() {
    let mut bench = Bench::new();
    bench.settle();
    bench.store.hold();
    let broker = bench.broker.clone();
    let mut creation = pin!(broker.create_queue("q", QueueSettings::default(), Default::default()));
    bench.start(creation.as_mut());
    assert!(bench.broker.queue("q").is_none());
    bench.store.release();
    assert!(bench.run(creation).is_ok());
    assert!(bench.broker.queue("q").is_some());
}

#[test]
fn a_name_that_is_taken_shows_who_has_it() {
    let mut bench = Bench::new();
    let id = bench.create("q", QueueSettings::default());
    let broker = bench.broker.clone();
    let again = bench.run(broker.create_queue("q", QueueSettings::default(), Default::default()));
    assert!(matches!(again, Err(Error::Refused(CreateQueueError::Exists(info))) if info.id == id));
}

#[test]
fn settings_and_annotations_survive_a_crash() {
    let mut bench = Bench::new();
    let id = bench.create("q", QueueSettings::default());
    let settings = QueueSettings { lease_ms: 1, ..QueueSettings::default() };
    let notes = [("door.note".to_owned(), "kept".to_owned())].into();
    let broker = bench.broker.clone();
    bench.run(broker.update_queue(id, 1, settings.clone(), notes)).expect("the newest revision");
    let late = bench.run(broker.update_queue(id, 1, settings.clone(), Default::default()));
    assert!(matches!(late, Err(Error::Refused(UpdateQueueError::Changed(_)))));
    let bench = bench.crash();
    let info = bench.broker.queue("q").expect("it was durable");
    assert_eq!((info.id, &info.settings, info.annotations["door.note"].as_str()), (id, &settings, "kept"));
    assert_eq!(bench.broker.queue_by_id(id), Some(info));
}

#[test]
fn a_deleted_queue_is_gone_and_its_name_is_free() {
    let mut bench = Bench::new();
    let old = bench.create("q", QueueSettings::default());
    bench.publish(old, "old");
    let broker = bench.broker.clone();
    bench.run(broker.delete_queue(old)).expect("it exists");
    assert!(bench.broker.queue("q").is_none());
    let new = bench.create("q", QueueSettings::default());
    assert_ne!(old, new);
    let mut bench = bench.crash();
    assert!(bench.bodies(new).is_empty());
    assert!(bench.receive(old).is_err());
}
