//! What an operator may say about the admin door.
//!
//! What it is not: addresses and connection caps; the door kit has those.

use door::{Access, HostRule};
use std::path::PathBuf;

/// The door's configuration. [`Default`] is right for a laptop: anonymous, and no record of changes.
#[derive(Clone, Debug)]
pub struct AdminConfig {
    /// Who may use the door.
    pub access: Access,
    /// Which requests are answered, by where they come from.
    pub host_rule: HostRule,
    /// The account that queues with a plain name belong to, as users' grants name it.
    pub account_id: String,
    /// Where every change is recorded: the folder, which exists once the store is open. `None` records nothing.
    pub audit_folder: Option<PathBuf>,
}

impl Default for AdminConfig {
    fn default() -> Self {
        Self {
            access: Access::anonymous(),
            host_rule: HostRule { allowed: Vec::new(), anonymous: true },
            account_id: "000000000000".to_owned(),
            audit_folder: None,
        }
    }
}
