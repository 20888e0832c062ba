//! What a user may do with a queue.

/// One kind of use. Looking at a queue (its settings, its counts) needs any one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Put messages in.
    Send,
    /// Take messages out: lease, settle, extend.
    Receive,
    /// Make, change, purge, redrive and remove the queue.
    Manage,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 3] = [Self::Send, Self::Receive, Self::Manage];

    /// Its name in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Receive => "receive",
            Self::Manage => "manage",
        }
    }

    /// The permission of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.name() == name)
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u8);

impl Permissions {
    /// Whether `permission` is among them.
    #[must_use]
    pub fn include(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |bits, permission| bits | permission.bit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_includes_what_was_put_in() {
        let some: Permissions = [Permission::Send, Permission::Manage].into_iter().collect();
        assert!(some.include(Permission::Send) && !some.include(Permission::Receive));
        assert!(Permissions::default().is_empty() && !some.is_empty());
        for permission in Permission::ALL {
            assert_eq!(Permission::named(permission.name()), Some(permission));
        }
        assert_eq!(Permission::named("paint"), None);
    }
}
