//! The actions of the SQS API, by name.
//!
//! Invariant: [`Action::ALL`] and [`Action::NAMES`] are in the order of the enum, so that an action is its own index.

macro_rules! actions {
    ($($name:ident),+ $(,)?) => {
        /// One action of the SQS API of 2012-11-05.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the names are AWS's")]
        pub enum Action { $($name),+ }

        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Their names.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),+];

            /// The action of this name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                match name {
                    $(stringify!($name) => Some(Self::$name),)+
                    _ => None,
                }
            }
        }
    };
}

actions!(
    SendMessage,
    SendMessageBatch,
    ReceiveMessage,
    DeleteMessage,
    DeleteMessageBatch,
    ChangeMessageVisibility,
    ChangeMessageVisibilityBatch,
    CreateQueue,
    DeleteQueue,
    GetQueueUrl,
    ListQueues,
    GetQueueAttributes,
    SetQueueAttributes,
    PurgeQueue,
    ListDeadLetterSourceQueues,
    TagQueue,
    UntagQueue,
    ListQueueTags,
    AddPermission,
    RemovePermission,
    StartMessageMoveTask,
    CancelMessageMoveTask,
    ListMessageMoveTasks,
);

impl Action {
    /// Its name, as clients write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The action that a batch does several of; any other one is itself.
    #[must_use]
    pub fn without_batch(self) -> Self {
        match self {
            Self::SendMessageBatch => Self::SendMessage,
            Self::DeleteMessageBatch => Self::DeleteMessage,
            Self::ChangeMessageVisibilityBatch => Self::ChangeMessageVisibility,
            other => other,
        }
    }

    /// Whether its answer says nothing but that it was done.
    #[must_use]
    pub fn answers_nothing(self) -> bool {
        matches!(
            self,
            Self::DeleteMessage
                | Self::ChangeMessageVisibility
                | Self::DeleteQueue
                | Self::SetQueueAttributes
                | Self::PurgeQueue
                | Self::TagQueue
                | Self::UntagQueue
                | Self::AddPermission
                | Self::RemovePermission
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_found_under_its_name() {
        for (index, action) in Action::ALL.iter().enumerate() {
            assert_eq!(Action::named(action.name()), Some(*action));
            assert_eq!(*action as usize, index);
        }
        assert_eq!(Action::named("sendMessage"), None);
    }
}
