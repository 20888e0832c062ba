//! One plain function over bytes per decoder and recovery path, replayed over a corpus.
