//! Unmodified client libraries against the built binary.
