// A stream of events that comes back: after a broken line, a restarted server, a laptop that slept.
//
// What it is not: a record. What happened while it was away is not told afterwards. Invariant: it ends with its signal, or
// with a refusal that its user takes for final.

import { follow } from "./api.js";

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 8000;

/**
 * Follows `path`; `queryOf` is asked at each beginning. `tell(event, data)` gets what comes, `pass(state)` each change:
 * `live` once it is open, `connecting` after its end, `away` while the server does not answer. A refusal for which
 * `isFinal` holds is thrown.
 */
export async function keepFollowing(path, queryOf, signal, { tell, pass, isFinal = () => false }) {
  let retry_ms = RETRY_MS_MIN;
  const take = (event, data) => {
    retry_ms = RETRY_MS_MIN;
    tell(event, data);
  };
  while (!signal.aborted) {
    try {
      await follow(path, queryOf(), signal, take, () => pass("live"));
      pass("connecting");
    } catch (error) {
      if (signal.aborted) return;
      if (isFinal(error)) throw error;
      pass(isPassing(error) ? "away" : "connecting");
    }
    await pause(retry_ms, signal);
    retry_ms = Math.min(retry_ms * 2, RETRY_MS_MAX);
  }
}

/** Whether the same question may be answered later: nobody was there, or the server is starting or ending. */
export function isPassing({ status }) {
  return status === 0 || status === undefined || status >= 500;
}

function pause(length_ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, length_ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
