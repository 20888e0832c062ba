//! A counter in the file seam: between every send or acknowledgement and its answer, the disk was synced.

use journal_file::Disk;
use journal_file::io::{File, Io, Mode, Space};
use longshore::broker::{LeaseTerms, Receive, Settle, Settlement};
use longshore::embed::{self, Options};
use longshore::vocab::{ConsumerId, Durability, Message, QueueSettings, SubscriptionId};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::tempdir;

/// A disk whose syncs are counted once they have succeeded.
struct Counted<T: ?Sized> {
    inner: Arc<T>,
    syncs: Arc<AtomicU64>,
}

impl<T: ?Sized> Counted<T> {
    fn file(&self, file: io::Result<Arc<dyn File>>) -> io::Result<Arc<dyn File>> {
        Ok(Arc::new(Counted { inner: file?, syncs: self.syncs.clone() }))
    }
}

impl Io for Counted<dyn Io> {
    fn create(&self, name: &str, mode: Mode) -> io::Result<Arc<dyn File>> {
        self.file(self.inner.create(name, mode))
    }

    fn open(&self, name: &str, mode: Mode) -> io::Result<Arc<dyn File>> {
        self.file(self.inner.open(name, mode))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.inner.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.inner.remove(name)
    }

    fn list(&self) -> io::Result<Vec<String>> {
        self.inner.list()
    }

    fn sync_dir(&self) -> io::Result<()> {
        self.inner.sync_dir()
    }

    fn space(&self) -> io::Result<Space> {
        self.inner.space()
    }
}

impl File for Counted<dyn File> {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.inner.write_at(offset, bytes)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read_at(offset, buffer)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.inner.sync_data()?;
        self.syncs.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    fn len(&self) -> io::Result<u64> {
        self.inner.len()
    }

    fn is_direct(&self) -> bool {
        self.inner.is_direct()
    }
}

/// How many of `rounds` sends and as many acknowledgements were answered without a sync in between.
async fn unsynced_answers(durability: Durability, rounds: usize) -> usize {
    let folder = tempdir().expect("a folder");
    let syncs = Arc::new(AtomicU64::new(0));
    let disk: Arc<dyn Io> = Disk::open(folder.path()).expect("a fresh folder");
    let counted = Arc::new(Counted { inner: disk, syncs: syncs.clone() });
    let store = embed::open_on(counted, Options::default()).expect("a fresh store");
    let broker = store.broker();
    let settings = QueueSettings { durability, ..QueueSettings::default() };
    let queue = broker.create_queue("q", settings, Default::default()).await.expect("a fresh name").id;
    let mut unsynced = 0;
    for _ in 0..rounds {
        let before = syncs.load(Ordering::SeqCst);
        broker.publish(queue, vec![Message::with_body("x")]).await.expect("there is room");
        unsynced += usize::from(syncs.load(Ordering::SeqCst) == before);
        let terms = LeaseTerms::Deadline(None);
        let receive = Receive {
            queue,
            subscription: SubscriptionId(0),
            max: 1,
            wait_ms: Some(0),
            terms,
            rank: 0,
            consumer: ConsumerId::UNKNOWN,
        };
        let token = broker.receive(receive).await.expect("it exists")[0].lease.token;
        let before = syncs.load(Ordering::SeqCst);
        let verdicts = broker.settle(vec![Settlement { token, how: Settle::Ack }]).await.expect("the store works");
        assert_eq!(verdicts, [Ok(())]);
        unsynced += usize::from(syncs.load(Ordering::SeqCst) == before);
    }
    unsynced
}

#[tokio::test]
async fn every_answer_of_a_durable_queue_has_a_sync_before_it() {
    assert_eq!(unsynced_answers(Durability::Always, 100).await, 0);
}

#[tokio::test]
async fn the_counter_would_notice_answers_that_do_not_wait() {
    assert!(unsynced_answers(Durability::Never, 100).await > 0);
}
