//! `sqs_limits`: which of AWS's limits hold, as `relaxed` or `aws`.
//!
//! What it is not: the limits. They are the SQS door's own (`door_sqs::limits`).

use door_sqs::limits::Profile;
use serde::{Serialize, Serializer};
use std::fmt::{self, Display};
use std::str::FromStr;

/// The SQS door's limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct SqsLimits(pub(crate) Profile);

impl FromStr for SqsLimits {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "relaxed" => Ok(Self(Profile::Relaxed)),
            "aws" => Ok(Self(Profile::Aws)),
            _ => Err("expected relaxed or aws"),
        }
    }
}

impl Display for SqsLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Profile::Relaxed => "relaxed",
            Profile::Aws => "aws",
        })
    }
}

impl Serialize for SqsLimits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
