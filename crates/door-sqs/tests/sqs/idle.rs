//! What a connection costs while it waits: the size of its future, of which there may be thousands.

use crate::bench::Bench;

/// A bare hyper connection with an empty service is about 1.4 KiB of future, besides its read buffer.
const FUTURE_BYTES_MAX: usize = 2_300;

#[test]
fn a_connections_future_is_small() {
    let (_client, door) = Bench::new().connect();
    let bytes = size_of_val(&door);
    assert!(bytes <= FUTURE_BYTES_MAX, "{bytes} bytes");
}
