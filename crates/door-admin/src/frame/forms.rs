//! How texts of a fixed form look, as regular expressions of the OpenAPI document.
//!
//! What it is not: what reads them; each type does that. Invariant: whatever matches is read.

use super::call::Call;

/// A message's id, as [`vocab::MessageId`] is written.
pub(crate) const MESSAGE_ID: &str = "^[0-9a-f]{8}-[0-9a-f]{4}-8[0-3]4c-[89ab][0-9a-f]{3}-[0-9a-f]{12}$";

/// A redrive's id: the engine's (`q12-3`), or one of this process (`t7-1`).
const REDRIVE_ID: &str = "^(q[0-9]{1,9}-[0-9]{1,9}|t[0-9]{1,9}-[0-9]{1,9})$";

/// The fingerprint of a kind of failure.
pub(crate) const FINGERPRINT: &str = "^[0-9a-f]{16}$";

/// Base64 with padding, the unused bits zero.
pub(crate) const BASE64: &str = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$";

/// What the part `{id}` of a call's path looks like.
pub(super) fn of_id(call: &Call) -> &'static str {
    if call.path.starts_with("/v1/redrives/") { REDRIVE_ID } else { MESSAGE_ID }
}

#[cfg(test)]
mod tests {
    use crate::commands::calls;

    #[test]
    fn every_id_in_a_path_is_a_message_s_or_a_redrive_s() {
        for call in calls().iter().filter(|call| call.path_parts().any(|part| part == "id")) {
            let known = ["/v1/redrives/{id}", "/v1/messages/{id}"].iter().any(|path| call.path.starts_with(path));
            assert!(known, "{} needs a form of its own", call.path);
        }
    }
}
