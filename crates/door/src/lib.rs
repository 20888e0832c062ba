//! The shared door kit: what every protocol's server side needs and none should write twice.
//!
//! What it is not: no protocol. A door implements [`Door`] for one connection at a time; the kit listens,
//! accepts, limits, and ends every connection within the drain time. It also knows the users, for every door alike ([`access`]).
//!
//! ```text
//!   Listener::open ─→ accept::run ─→ Limits::enter ─→ Connections::enter ─→ Tasks ─→ [tls handshake] ─→ Door::serve(Connection)
//!                                                        ↑                             ↑
//!                                     Trigger: stop ─→ abort                      Shutdown::stopping
//! ```

pub mod accept;
pub mod access;
pub mod connections;
pub mod handles;
pub mod host_rule;
pub mod limits;
pub mod listener;
pub mod native;
pub mod session;
pub mod shutdown;
pub mod stream;
pub mod tally;
pub mod tasks;
pub mod timeout;
pub mod tls;

pub use access::Access;
pub use connections::Connections;
pub use handles::Handles;
pub use host_rule::{HostRule, Refused};
pub use limits::Limits;
pub use listener::{Listener, OpenError};
pub use session::{Connection, Door};
pub use shutdown::{Shutdown, Trigger};
pub use stream::Stream;
pub use tally::{Outcome, Tally};
pub use tasks::Tasks;
pub use tls::Tls;
