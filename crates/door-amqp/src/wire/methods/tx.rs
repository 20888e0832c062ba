//! Class tx: publishes and settles that take effect together.

super::declare::methods! {
    /// Turns it on for the channel.
    Select = (90, 10, "tx.select") {}
    /// It is on.
    SelectOk = (90, 11, "tx.select-ok") {}
    /// All of it takes effect.
    Commit = (90, 20, "tx.commit") {}
    /// It did.
    CommitOk = (90, 21, "tx.commit-ok") {}
    /// None of it does.
    Rollback = (90, 30, "tx.rollback") {}
    /// It did not.
    RollbackOk = (90, 31, "tx.rollback-ok") {}
}
