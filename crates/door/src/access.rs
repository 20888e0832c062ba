//! Who may do what: users, their keys, and permissions by queue pattern, for every door alike.
//!
//! What it is not: a protocol's way to prove who one is. A door reads a proof (a signature, a password) from its own wire, finds
//! the [`Key`] here, checks the proof against the key's [`Secret`], and then asks the [`User`] about each queue.
//!
//! ```text
//!   configuration ─→ Users ─→ Access::replace        at start and at each reload
//!                               ↓ one atomic load
//!   door: Access::users ─→ Users::key(id) ─→ proof checked by the door ─→ User::may(permission, account, queue)
//! ```
//!
//! Invariants: a set of users never changes, it is replaced whole; a request that began under one set ends under it. Secrets are
//! never printed, and are compared in constant time.

mod gate;
mod glob;
mod permission;
mod secret;
mod user;
mod users;

pub use gate::Access;
pub use glob::matches as glob_matches;
pub use permission::{Permission, Permissions};
pub use secret::Secret;
pub use user::{Grant, Key, User};
pub use users::{Found, Users, UsersError};
