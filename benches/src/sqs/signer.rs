//! Signature Version 4 of the load's requests, rendered once like the requests themselves.
//!
//! What it is not: the server's own code, or general: requests are POSTs to `/` with the four headers that a current SDK signs.
//! Invariant: a signature is good for the quarter of an hour in which the server takes it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

const KEY: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI";
const REGION: &str = "us-east-1";

/// Configuration of a server that knows the load's user and lets nobody else in.
pub const CONFIGURATION: &str = r#"
[[users]]
name = "load"
keys = [{ id = "AKIDEXAMPLE", secret = "wJalrXUtnFEMI" }]
allow = [{ queues = "*", may = ["send", "receive", "manage"] }]
"#;

/// The headers that a signature stands in.
pub struct Signed {
    /// `X-Amz-Date`.
    pub date: String,
    /// `Authorization`.
    pub authorization: String,
}

/// Signs a request of `action` with this body, to this server, as of now.
pub fn sign(server: SocketAddr, action: &str, body: &str) -> Signed {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970");
    sign_at(&moment(since.as_secs()), &server.to_string(), action, body)
}

fn sign_at(date: &str, host: &str, action: &str, body: &str) -> Signed {
    const NAMES: &str = "content-type;host;x-amz-date;x-amz-target";
    let lines = format!(
        "content-type:application/x-amz-json-1.0\nhost:{host}\nx-amz-date:{date}\nx-amz-target:AmazonSQS.{action}\n"
    );
    let canonical = format!("POST\n/\n\n{lines}\n{NAMES}\n{}", hex(&Sha256::digest(body)));
    let scope = format!("{}/{REGION}/sqs/aws4_request", &date[..8]);
    let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
    let start = format!("AWS4{SECRET}").into_bytes();
    let key = scope.split('/').fold(start, |key, part| hmac(&key, part.as_bytes()));
    let signature = hex(&hmac(&key, to_sign.as_bytes()));
    let authorization =
        format!("AWS4-HMAC-SHA256 Credential={KEY}/{scope}, SignedHeaders={NAMES}, Signature={signature}");
    Signed { date: date.to_owned(), authorization }
}

/// Seconds since 1970 as `YYYYMMDDTHHMMSSZ` (days to dates as in Hinnant, "chrono-compatible low-level date algorithms").
fn moment(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let (day, month) =
        (day_of_year - (153 * shifted + 2) / 5 + 1, if shifted < 10 { shifted + 3 } else { shifted - 9 });
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z", second / 3_600, second / 60 % 60, second % 60)
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length will do");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_calendar_times() {
        for (seconds, expected) in
            [(0, "19700101T000000Z"), (951_868_799, "20000229T235959Z"), (1_700_000_000, "20231114T221320Z")]
        {
            assert_eq!(moment(seconds), expected);
        }
    }

    #[test]
    fn another_body_or_action_has_another_signature() {
        let sign = |action, body| sign_at("20231114T221320Z", "127.0.0.1:1", action, body).authorization;
        assert_eq!(sign("SendMessage", "{}"), sign("SendMessage", "{}"));
        assert_ne!(sign("SendMessage", "{}"), sign("SendMessage", "{ }"));
        assert_ne!(sign("SendMessage", "{}"), sign("PurgeQueue", "{}"));
    }
}
