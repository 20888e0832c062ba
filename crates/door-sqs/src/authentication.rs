//! Who asks: every request of a door with users is signed, or refused.
//!
//! Where there are no users, this costs one look at a pointer. A request that is signed is judged by its signature, also where the
//! operator lets anonymous ones in; only those that are not signed at all are anonymous.

use crate::action::Action;
use crate::caller::{Caller, Origin, Signed};
use crate::door::SqsDoor;
use crate::errors::{Code, SqsError};
use crate::signature::{Claim, RequestHead};
use hyper::http::request::Parts;

impl SqsDoor {
    /// What the head of a request claims; `None` where nobody has to prove anything.
    pub(crate) fn claim(&self, parts: &Parts) -> Result<Option<Box<Claim>>, SqsError> {
        let Some(users) = self.config.access.users() else { return Ok(None) };
        match self.verifier.read(&RequestHead::of(parts), &users, self.clock.wall_ms())? {
            Some(claim) => Ok(Some(Box::new(claim))),
            None if self.config.access.allows_anonymous() => Ok(None),
            None => Err(SqsError::new(Code::MissingAuthenticationToken, "Request is missing Authentication Token")),
        }
    }

    /// Who sent the request, now that its body and action are known.
    pub(crate) fn caller(
        &self,
        claim: Option<Box<Claim>>,
        body: &[u8],
        origin: Origin,
    ) -> Result<impl FnOnce(Action) -> Caller + use<>, SqsError> {
        let verified = claim.map(|claim| self.verifier.verify(*claim, body)).transpose()?;
        Ok(move |action| match verified {
            None => Caller::Anyone,
            Some((user, source)) => Caller::Signed(Box::new(Signed { user, action, origin, source })),
        })
    }
}
