//! Every test run: each target takes its corpus, what failed once, and a bounded number of mutations.

use fuzz::campaign::{self, Until};
use fuzz::{folders, seeds, targets};

/// The mutations of a test run; longer campaigns choose their own.
const SEED: u64 = 1;

fn replay(name: &str) {
    let target = targets::named(name).expect("tests name targets of the table");
    let outcome =
        campaign::run(target, SEED, Until::Mutations(target.mutations_per_test)).expect("the corpus is there");
    if let Some(failure) = outcome.failure {
        panic!("{failure} (seed {SEED}, execution {})", outcome.executions);
    }
}

macro_rules! replayed {
    ($($target:ident)*) => {
        const REPLAYED: &[&str] = &[$(stringify!($target)),*];
        $(
            #[test]
            fn $target() {
                replay(stringify!($target));
            }
        )*
    };
}

replayed! {
    frame record message manifest recover checkpoint_file run engine_record checkpoint history_entries history_file json query receipt
    authorization policy amqp_frames amqp_method amqp_properties
}

#[test]
fn every_target_is_replayed() {
    assert_eq!(REPLAYED, targets::TARGETS.map(|target| target.name));
}

#[test]
fn the_corpus_is_what_the_encoders_write() {
    for seed in seeds::all() {
        let path = folders::corpus(seed.target).join(seed.name);
        let committed = std::fs::read(&path).unwrap_or_default();
        assert_eq!(committed, seed.bytes, "{}: `longshore-fuzz --seed` writes it again", path.display());
    }
}
