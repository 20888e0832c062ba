// Calls of the admin API, and the credentials they carry.
//
// What it is not: a cache. Invariants: credentials live in this tab's session at most, and go to this host alone; a call
// that was refused for want of credentials waits for the sign-in and is then made again; every change says that the
// console made it, and why, where that was asked for.

const CREDENTIALS = "longshore.credentials";
/** A stream says something every ten seconds, if only that it is there. */
const SILENCE_MS_MAX = 30_000;
/** What the audit log keeps of a remark, less what names the console. */
export const REASON_CHARACTERS_MAX = 400;

/** An answer that was a refusal, in the API's own words. */
export class ApiError extends Error {
  constructor(status, { code, message, hint }) {
    super(message);
    Object.assign(this, { status, code, hint });
  }
}

let signIn = null;

/** Names who asks for credentials: called with the refusal, it answers once there are others. */
export function signInWith(asks) {
  signIn = asks;
}

/** Keeps a name and a secret for this tab. */
export function keepCredentials(name, secret) {
  sessionStorage.setItem(CREDENTIALS, JSON.stringify({ name, basic: btoa(latin1(`${name}:${secret}`)) }));
}

/** Forgets them. */
export function forgetCredentials() {
  sessionStorage.removeItem(CREDENTIALS);
}

/** Whose credentials are kept, if any are. */
export function signedInAs() {
  return kept()?.name ?? null;
}

function kept() {
  const text = sessionStorage.getItem(CREDENTIALS);
  return text ? JSON.parse(text) : null;
}

/** The path of a queue, and of what belongs to it. */
export function queuePath(name, rest = "") {
  return `/v1/queues/${encodeURIComponent(name)}${rest}`;
}

/** The path of a message, and of what belongs to it. */
export function messagePath(id, rest = "") {
  return `/v1/messages/${encodeURIComponent(id)}${rest}`;
}

/** Asks, and returns the JSON of the answer; `null` where there is none. `reason` goes to the audit log. */
export async function call(method, path, { query, body, signal, reason } = {}) {
  const response = await send(method, path, { query, body, signal, reason });
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

/** Looks. */
export function get(path, query, signal) {
  return call("GET", path, { query, signal });
}

/** Follows server-sent events until `signal` or the server ends them; `opened` runs once there is a stream. */
export async function follow(path, query, signal, tell, opened) {
  const response = await send("GET", path, { query, signal });
  opened();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ;) {
    const { value, done } = await readSoon(reader);
    if (done) return;
    const events = (rest + value).split(/\r?\n\r?\n/);
    rest = events.pop();
    for (const event of events) tellOne(event, tell);
  }
}

/** A line can be dead without an end that anybody was told of. */
async function readSoon(reader) {
  let timer;
  const silence = new Promise((_, reject) => (timer = setTimeout(() => reject(noAnswer()), SILENCE_MS_MAX)));
  try {
    return await Promise.race([reader.read(), silence]);
  } catch (error) {
    void reader.cancel().catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function tellOne(text, tell) {
  let [name, data] = ["message", ""];
  for (const row of text.split(/\r?\n/)) {
    if (row.startsWith("event:")) name = row.slice(6).trim();
    if (row.startsWith("data:")) data += row.slice(5);
  }
  if (data) tell(name, JSON.parse(data));
}

async function send(method, path, { query, body, signal, reason }) {
  for (;;) {
    const used = kept()?.basic ?? null;
    const response = await attempt(method, path + questionOf(query), { body, signal, reason, basic: used });
    if (response.ok) return response;
    const refusal = await refusalOf(response);
    if (response.status !== 401 || !signIn) throw refusal;
    await signIn(refusal, used);
    signal?.throwIfAborted();
  }
}

/** A header holds bytes: these are UTF-8, and none of them ends the header. */
function remark(reason) {
  const text = reason?.replace(/[\u0000-\u001f\u007f]+/g, " ").trim();
  if (!text) return "console";
  return `console: ${latin1(text.slice(0, REASON_CHARACTERS_MAX).trim())}`;
}

function latin1(text) {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

async function attempt(method, target, { body, signal, reason, basic }) {
  const headers = { accept: "application/json" };
  if (basic) headers.authorization = `Basic ${basic}`;
  if (method !== "GET") headers["longshore-change"] = remark(reason);
  if (body !== undefined) headers["content-type"] = "application/json";
  try {
    return await fetch(target, {
      method,
      headers,
      signal,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw noAnswer();
  }
}

function noAnswer() {
  const [message, hint] = ["the server does not answer", "is it still running? The page tries again by itself"];
  return new ApiError(0, { code: "unreachable", message, hint });
}

async function refusalOf(response) {
  const text = await response.text();
  try {
    return new ApiError(response.status, JSON.parse(text).error);
  } catch {
    return new ApiError(response.status, {
      code: `status_${response.status}`,
      message: text.trim() || `the server answered ${response.status}`,
    });
  }
}

function questionOf(query) {
  const given = Object.entries(query ?? {}).filter(
    ([, value]) => value !== null && value !== undefined && value !== "",
  );
  return given.length ? `?${new URLSearchParams(given)}` : "";
}
