//! HTTP in and out: which protocol a request speaks, its body within limits, and the bytes of the answer.
//!
//! What it is not: any action's meaning. `commands` gets a [`call::Call`] and a [`payload::Payload`] and writes its answer
//! through a [`writer::Writer`], which knows the three dialects.

pub(crate) mod body;
pub(crate) mod call;
pub(crate) mod escape;
pub(crate) mod form;
pub(crate) mod form_values;
pub(crate) mod payload;
pub(crate) mod reply;
pub(crate) mod request_id;
pub(crate) mod style;
pub(crate) mod text;
pub(crate) mod writer;
