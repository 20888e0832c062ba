//! What SQS's model says of its actions; see `facts.py`.

use serde::Deserialize;
use std::collections::BTreeMap;

/// The kept facts, as text.
pub(super) const TEXT: &str = include_str!("facts.json");

/// The model's actions, by name.
#[derive(Deserialize)]
pub(super) struct Facts {
    pub actions: BTreeMap<String, Fact>,
}

/// One action.
#[derive(Deserialize)]
pub(super) struct Fact {
    /// Members that a request must have.
    pub required: Vec<String>,
    /// Shapes of the errors that it may answer with.
    pub errors: Vec<String>,
}

impl Facts {
    pub(super) fn read() -> Self {
        serde_json::from_str(TEXT).expect("the kept facts have their shape")
    }
}
