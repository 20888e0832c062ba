//! Who sends a request, and from where, as far as it was proved or seen.

use crate::action::Action;
use door::access::User;
use std::net::IpAddr;
use std::sync::Arc;

/// Where a connection comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The peer's address; `None` where there is no network between.
    pub ip: Option<IpAddr>,
    /// Whether nobody on the way can read along.
    pub secure: bool,
}

/// Who sends a request. Kept small: it is part of what every request carries.
#[derive(Debug, Default)]
pub(crate) enum Caller {
    /// Nobody asked. They may do anything, in the default account.
    #[default]
    Anyone,
    /// A user, by their signature.
    Signed(Box<Signed>),
}

/// A request whose signature held.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) user: Arc<User>,
    pub(crate) action: Action,
    pub(crate) origin: Origin,
    /// On whose behalf a service sends it.
    pub(crate) source: Source,
}

/// On whose behalf an AWS-like service sends a request: headers that its signature covers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Source {
    /// `x-amz-source-arn`: a topic, a bucket, a rule.
    pub(crate) arn: Option<Box<str>>,
    /// `x-amz-source-account`.
    pub(crate) account: Option<Box<str>>,
}

impl Caller {
    /// The same caller, asking for something else as well.
    pub(crate) fn doing(&self, action: Action) -> Self {
        match self {
            Self::Anyone => Self::Anyone,
            Self::Signed(signed) => Self::Signed(Box::new(Signed {
                user: Arc::clone(&signed.user),
                action,
                origin: signed.origin,
                source: signed.source.clone(),
            })),
        }
    }

    /// The name to keep with what they send; `None` for the door's default.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Anyone => None,
            Self::Signed(signed) => Some(&signed.user.name),
        }
    }
}

/// Names of users that stand for a service and not for a person.
const SERVICE_SUFFIX: &str = ".amazonaws.com";

/// Whether a user stands for a service, as `sns.amazonaws.com` does.
pub(crate) fn is_service(user: &User) -> bool {
    user.name.ends_with(SERVICE_SUFFIX)
}

/// The ARN under which policies know a user.
pub(crate) fn arn_of(user: &User) -> String {
    format!("arn:aws:iam::{}:user/{}", user.account, user.name)
}
