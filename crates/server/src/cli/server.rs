//! What every command that asks a running server has in common: which one, as whom, and for whom the answer is.

use crate::ask::Address;
use clap::Args;
use std::path::PathBuf;

/// Which server, and as whom.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
#[command(next_help_heading = "The server")]
pub(crate) struct ServerArgs {
    /// The server's admin door: HOST:PORT, a PORT of this machine, or a URL
    #[arg(long, value_name = "ADDR", env = "LONGSHORE_ADMIN", default_value = "127.0.0.1:9325")]
    pub(crate) server: Address,

    /// Who asks, where the server knows users; the secret is taken from LONGSHORE_SECRET
    #[arg(long, value_name = "NAME", env = "LONGSHORE_USER")]
    pub(crate) user: Option<String>,

    /// Authorities in PEM that the server's certificate must be signed by; TLS is then spoken
    #[arg(long, value_name = "FILE", env = "LONGSHORE_TLS_CA")]
    pub(crate) tls_ca: Option<PathBuf>,
}

/// Which server, and whether a program reads the answer.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub(crate) struct AskArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,

    /// Print JSON for programs: one value, or one a line where there are many
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,
}
