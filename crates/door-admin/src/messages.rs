//! Looking at messages without leasing them, and saying what became of them.

pub(crate) mod criteria;
pub(crate) mod edit;
pub(crate) mod explanation;
pub(crate) mod find;
pub(crate) mod life;
pub(crate) mod seen;
pub(crate) mod signature;
pub(crate) mod standing;
pub(crate) mod tail;
pub(crate) mod walk;
pub(crate) mod wanted;
pub(crate) mod when;
