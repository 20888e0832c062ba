//! TLS on a listener: which files it takes, when they are read again, the handshake, and who the client proved to be.
//!
//! What it is not: a protocol or a rule about who may do what. The door behind it sees a [`Stream`](crate::Stream) of plain bytes and
//! the subject of the client's certificate.
//!
//! ```text
//!   Files ─load─→ Tls ─→ Listener::secured ─→ accept ─→ handshake ─→ Door::serve(Connection)
//!                  ↑
//!        watch: when asked (SIGHUP), and every 30 s if a file has changed
//! ```
//!
//! Invariants: connections that are open keep the certificate they began with. Files that do not fit together never replace
//! files that did.

mod error;
mod files;
mod handshake;
mod reload;
mod settings;
mod subject;
#[cfg(any(test, feature = "test-support"))]
pub mod test_support;
#[cfg(test)]
mod tests;

pub use error::TlsError;
pub use files::Files;
pub(crate) use handshake::serve;
pub use handshake::{HTTP_EXPECTED_TLS, TIME_MAX};
pub use reload::{CHECK_EVERY, Tls, watch};
