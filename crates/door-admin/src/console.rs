//! The console's files: hand-kept in `console/`, embedded in the binary, served as they are.
//!
//! What it is not: the answering (`commands/console.rs`). Invariants: every file of the folder is in the table; a file's tag
//! is made of its bytes, so a browser that asks again after an upgrade never shows an old one beside a new one.

use axum::http::HeaderValue;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::LazyLock;

/// What a browser may do for the page, and with it: run and show this host's files, ask this host, nothing else.
pub(crate) const CONTENT_SECURITY_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'",
);

/// Bytes of the tag that stand for a file: enough that no two of its states share one.
const TAG_BYTES: usize = 12;

/// A file as it is answered.
#[derive(Debug)]
pub(crate) struct ConsoleFile {
    path: &'static str,
    /// Its bytes as they lie in the folder.
    pub(crate) plain: &'static [u8],
    /// The same, compressed: a third of it, which a console at the end of a tunnel notices.
    pub(crate) packed: Vec<u8>,
    /// The strong tag of the plain bytes.
    pub(crate) tag: HeaderValue,
    /// The strong tag of the compressed ones.
    pub(crate) packed_tag: HeaderValue,
    pub(crate) content_type: &'static str,
}

macro_rules! embedded {
    ($($path:literal)+) => {
        [$(($path, include_bytes!(concat!("../console/", $path)).as_slice())),+]
    };
}

static FILES: LazyLock<Vec<ConsoleFile>> = LazyLock::new(|| {
    let files = embedded! {
        "index.html" "mark.svg"
        "style/base.css" "style/forms.css" "style/frame.css" "style/pages.css" "style/parts.css"
        "js/api.js" "js/body.js" "js/burial_fields.js" "js/charts.js" "js/connections.js" "js/consumers.js" "js/create_queue.js"
        "js/dead_letters.js" "js/dialogs.js" "js/dom.js" "js/doors.js" "js/edit_dialogs.js" "js/fields.js"
        "js/headers_form.js" "js/live.js" "js/main.js" "js/message.js" "js/message_actions.js" "js/messages.js"
        "js/overview.js" "js/panels.js" "js/preferences.js" "js/queue.js" "js/queue_overview.js" "js/queue_settings.js"
        "js/queues.js"
        "js/redrive_dialogs.js" "js/redrives.js" "js/router.js" "js/send.js" "js/settings.js" "js/shortcuts.js"
        "js/signin.js" "js/store.js" "js/stream.js" "js/tail.js" "js/text.js" "js/theme.js" "js/workbench.js"
    };
    files.into_iter().map(|(path, plain)| ConsoleFile::new(path, plain)).collect()
});

impl ConsoleFile {
    fn new(path: &'static str, plain: &'static [u8]) -> Self {
        let mut digest = String::with_capacity(2 * TAG_BYTES);
        for byte in &Sha256::digest(plain)[..TAG_BYTES] {
            write!(digest, "{byte:02x}").expect("a string takes what is written to it");
        }
        let tag =
            |end: &str| HeaderValue::from_str(&format!("\"{digest}{end}\"")).expect("hex digits fit into a header");
        let (tag, packed_tag) = (tag(""), tag("-gzip"));
        Self { path, plain, packed: packed(plain), tag, packed_tag, content_type: content_type(path) }
    }
}

/// The file of this path, from the folder's root.
pub(crate) fn file(path: &str) -> Option<&'static ConsoleFile> {
    FILES.iter().find(|file| file.path == path)
}

fn packed(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).expect("memory takes what is written to it");
    encoder.finish().expect("memory takes what is written to it")
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// What a browser that has none of it loads, in bytes: it opens at once also over a slow line.
    const LOADED_BYTES_MAX: usize = 100 * 1024;

    /// What the files may weigh as they are read by people.
    const PLAIN_BYTES_MAX: usize = 200 * 1024;

    #[test]
    fn every_file_of_the_folder_is_embedded() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("console");
        let mut found = BTreeSet::new();
        for part in ["", "style", "js"] {
            let entries = folder.join(part).read_dir().expect("the console's folder");
            for entry in entries.map(|entry| entry.expect("an entry of the folder")) {
                if entry.file_type().expect("its type").is_file() {
                    let path = entry.path();
                    found.insert(path.strip_prefix(&folder).expect("it lies below").to_string_lossy().into_owned());
                }
            }
        }
        let embedded: BTreeSet<String> = FILES.iter().map(|file| file.path.to_owned()).collect();
        assert_eq!(embedded, found);
    }

    #[test]
    fn the_console_is_light() {
        let packed: usize = FILES.iter().map(|file| file.packed.len()).sum();
        let plain: usize = FILES.iter().map(|file| file.plain.len()).sum();
        assert!(packed < LOADED_BYTES_MAX && plain < PLAIN_BYTES_MAX, "{packed} bytes are loaded, {plain} written");
    }

    #[test]
    fn whatever_the_files_ask_for_exists() {
        for file in FILES.iter() {
            let text = std::str::from_utf8(file.plain).expect("the console's files are text");
            for (at, mark) in text.match_indices("\"/console/").chain(text.match_indices("from \"./")) {
                let rest = &text[at + mark.len()..];
                let name = &rest[..rest.find('"').expect("a quoted path ends")];
                let path = if mark.starts_with("from") { format!("js/{name}") } else { name.to_owned() };
                assert!(super::file(&path).is_some(), "{} asks for {path}", file.path);
            }
        }
    }

    #[test]
    fn no_file_makes_markup_out_of_data_or_names_another_host() {
        for file in FILES.iter() {
            let text = std::str::from_utf8(file.plain).expect("the console's files are text");
            for word in [
                "innerHTML",
                "outerHTML =",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
                "https://",
                "new Function",
            ] {
                let used = text.lines().find(|line| line.contains(word));
                assert_eq!(used, None, "{} has {word}", file.path);
            }
        }
    }
}
