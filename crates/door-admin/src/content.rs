//! Bodies and headers of messages as JSON.
//!
//! ```text
//!  body      "body": "text"                       where it is UTF-8
//!            "body_base64": "AP8="                where it is not
//!  headers   {"name": "text" | 12 | true | {"base64": "AP8="}}
//! ```

mod body;
pub(crate) mod given;
mod headers;

pub(crate) use body::ShownBody;
pub(crate) use headers::ShownHeaders;

/// Bytes of a body that lists show when nobody says.
pub(crate) const SHOWN_BODY_BYTES: usize = 64 * 1024;
