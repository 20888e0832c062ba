//! Pages of queue URLs, shared by the two actions that list queues.
//!
//! As on AWS, a list has at most 1,000 entries, and only a request with `MaxResults` is given a token for the next page. The
//! token is the last name of the page, so a page stays right while queues come and go.

use crate::door::SqsDoor;
use crate::errors::SqsError;
use crate::frame::call::Call;
use crate::frame::text::Text;
use crate::frame::writer::{Names, Writer};
use crate::limits::LIST_RESULTS;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use broker::QueueInfo;
use std::sync::Arc;

/// Queues fetched from the broker at a time.
const CHUNK: usize = 1_000;

/// Which page is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    after: Option<String>,
    max: usize,
    paged: bool,
}

/// One page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page {
    names: Vec<String>,
    next: Option<String>,
}

impl Bounds {
    /// Reads `NextToken` and `MaxResults`.
    pub(crate) fn read(token: Option<&Text<'_>>, max: Option<i64>) -> Result<Self, SqsError> {
        let wanted = max.unwrap_or(*LIST_RESULTS.end());
        let max_results = usize::try_from(wanted).ok().filter(|_| LIST_RESULTS.contains(&wanted));
        let max_results = max_results
            .ok_or_else(|| SqsError::invalid_value(wanted, "MaxResults", "Must be between 1 and 1000, if provided."))?;
        let after = match token {
            Some(token) if !token.is_empty() => Some(name_in(token)?),
            Some(_) | None => None,
        };
        Ok(Self { after, max: max_results, paged: max.is_some() })
    }
}

fn name_in(token: &Text<'_>) -> Result<String, SqsError> {
    let decoded = URL_SAFE_NO_PAD.decode(&**token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.ok_or_else(|| SqsError::invalid_value(&**token, "NextToken", "It was not given out by this server."))
}

impl Page {
    /// The page that `bounds` asks for, of the queues that `fetch` finds and `keep` keeps. `fetch` is given the name to go
    /// on after and a limit, as [`broker::Broker::list_queues`].
    pub(crate) fn gather(
        bounds: &Bounds,
        fetch: impl Fn(Option<&str>, usize) -> Vec<Arc<QueueInfo>>,
        keep: impl Fn(&QueueInfo) -> bool,
    ) -> Self {
        let mut names: Vec<String> = Vec::new();
        let mut after = bounds.after.clone();
        while names.len() <= bounds.max {
            let chunk = fetch(after.as_deref(), CHUNK);
            let Some(last) = chunk.last() else { break };
            after = Some(last.name.clone());
            names.extend(chunk.iter().filter(|queue| keep(queue)).map(|queue| queue.name.clone()));
        }
        let more = names.len() > bounds.max;
        names.truncate(bounds.max);
        let next = names.last().filter(|_| more && bounds.paged).map(|name| URL_SAFE_NO_PAD.encode(name));
        Self { names, next }
    }

    /// The answer; `required` where AWS's model has the list in every answer, also without anything in it.
    pub(crate) fn write(&self, door: &SqsDoor, call: &Call, list: Names, required: bool) -> Vec<u8> {
        let mut writer = Writer::new(call.style, call.action, self.names.len() * 80);
        if required || !self.names.is_empty() {
            writer.texts(list, self.names.iter().map(|name| door.url(&call.context, name)));
        }
        if let Some(next) = &self.next {
            writer.plain("NextToken", next.as_bytes());
        }
        writer.finish(&call.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;
    use vocab::{QueueId, QueueSettings};

    fn queues() -> Vec<Arc<QueueInfo>> {
        let queue = |name: &str| QueueInfo {
            id: QueueId(1),
            name: name.to_owned(),
            settings: QueueSettings::default(),
            annotations: broker::Annotations::new(),
            created_ms: 0,
            modified_ms: 0,
            revision: 0,
        };
        ["a", "b", "c", "d", "e"].map(|name| Arc::new(queue(name))).to_vec()
    }

    fn page(token: Option<&str>, max: Option<i64>) -> (Vec<String>, Option<String>) {
        let token = token.map(|token| Text(Cow::Borrowed(token)));
        let bounds = Bounds::read(token.as_ref(), max).expect("valid");
        let fetch = |after: Option<&str>, limit: usize| {
            let later = |queue: &Arc<QueueInfo>| after.is_none_or(|after| queue.name.as_str() > after);
            queues().into_iter().filter(later).take(limit).collect()
        };
        let Page { names, next } = Page::gather(&bounds, fetch, |queue| queue.name != "c");
        (names, next)
    }

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let (first, next) = page(None, Some(2));
        assert_eq!(first, ["a", "b"]);
        let (second, end) = page(next.as_deref(), Some(2));
        assert_eq!((second, end), (vec!["d".to_owned(), "e".to_owned()], None));
    }

    #[test]
    fn a_list_without_a_maximum_has_no_token() {
        assert_eq!(page(None, None).1, None);
    }

    #[test]
    fn bounds_out_of_range_and_strange_tokens_are_refused() {
        assert!(Bounds::read(None, Some(0)).is_err());
        assert!(Bounds::read(None, Some(1001)).is_err());
        assert!(Bounds::read(Some(&Text(Cow::Borrowed("%%"))), None).is_err());
    }
}
