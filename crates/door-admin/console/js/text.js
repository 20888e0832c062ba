// Figures, times and foreign text as a person reads them.
//
// What it is not: a place that makes elements. Invariant: `line` and `block` leave no character that is invisible or
// that changes the order of its neighbours.

const COUNT = new Intl.NumberFormat("en");
const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const DAY = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "numeric" });

/** What stands where there is no value. */
export const NOTHING = "–";

/** 1,234,567 */
export function count(value) {
  return value === null || value === undefined ? NOTHING : COUNT.format(value);
}

/** 1.23 M: at most three digits that count. */
export function short(value) {
  if (value === null || value === undefined) return NOTHING;
  const scale = [
    [1e12, "T"],
    [1e9, "G"],
    [1e6, "M"],
    [1e4, "k"],
  ].find(([least]) => Math.abs(value) >= least);
  if (!scale) return COUNT.format(Number.isInteger(value) ? value : Number(value.toPrecision(3)));
  const [least, letter] = scale[1] === "k" ? [1e3, "k"] : scale;
  return `${Number((value / least).toPrecision(3))} ${letter}`;
}

/** One and many in words. */
export function plural(value, one, many = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Per second. */
export function rate(value) {
  if (value === null || value === undefined) return NOTHING;
  return value !== 0 && value < 10 ? value.toFixed(1) : short(Math.round(value));
}

/** 12.3 MiB */
export function bytes(value) {
  if (value === null || value === undefined) return NOTHING;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let at = 0;
  for (; value >= 1024 && at < units.length - 1; at++) value /= 1024;
  return `${at === 0 ? COUNT.format(value) : Number(value.toPrecision(3))} ${units[at]}`;
}

/** 350 ms, 4.2 s, 3 min 20 s, 12 min, 2 h 5 min, 3 d 4 h */
export function duration(value) {
  if (value === null || value === undefined) return NOTHING;
  if (value < 1000) return `${Math.max(0, Math.round(value))} ms`;
  if (value < 60_000) return `${Number((value / 1000).toFixed(value < 10_000 ? 1 : 0))} s`;
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
    ["s", 1000],
  ];
  const at = units.findIndex(([, length]) => value >= length);
  const [[unit, length], next] = [units[at], units[at + 1]];
  const whole = Math.floor(value / length);
  const rest = next && whole < 10 ? Math.floor((value % length) / next[1]) : 0;
  return `${whole} ${unit}${rest ? ` ${rest} ${next[0]}` : ""}`;
}

/** The same in its first unit alone, for where there is little room: 74 s, 12 min, 3 h. */
export function roughly(value) {
  return value >= 60_000 && value < 120_000 ? `${Math.floor(value / 1000)} s` : duration(value).split(" ", 2).join(" ");
}

/** How long ago a time is, roughly. */
export function shortAge(at_ms) {
  return at_ms === null || at_ms === undefined ? NOTHING : roughly(Math.max(0, Date.now() - at_ms));
}

/** How long ago a time is. */
export function age(at_ms) {
  return at_ms === null || at_ms === undefined ? NOTHING : duration(Math.max(0, Date.now() - at_ms));
}

/** 14:02:10, and the day where it is another one than today. */
export function clock(at_ms) {
  if (at_ms === null || at_ms === undefined) return NOTHING;
  const at = new Date(at_ms);
  const today = at.toDateString() === new Date().toDateString();
  return today ? CLOCK.format(at) : `${DAY.format(at)} ${CLOCK.format(at)}`;
}

const UNSEEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;

function seen(character) {
  const code = character.codePointAt(0);
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `\u27e8U+${code.toString(16).toUpperCase().padStart(4, "0")}\u27e9`;
}

/** Foreign text for one line: everything invisible gets a picture, line ends too. */
export function line(text) {
  return String(text ?? "").replace(UNSEEN, seen);
}

/** Foreign text for a block: line ends and tabs stay what they are. */
export function block(text) {
  return String(text ?? "").replace(UNSEEN, (character) =>
    character === "\n" || character === "\t" ? character : seen(character),
  );
}

/** A name of the API's as words: too_many_failures, too many failures. */
export function words(name) {
  return line(name).replaceAll("_", " ");
}

/** A foreign sentence as one that stands by itself. */
export function sentence(text) {
  const said = line(text);
  return said.charAt(0).toUpperCase() + said.slice(1);
}

/** The first characters for a table's cell. */
export function excerpt(text, length_max = 160) {
  const cut = line(String(text ?? "").slice(0, length_max));
  return String(text ?? "").length > length_max ? `${cut}…` : cut;
}

/** `5 min`, `30s`, `1h 30m` or plain seconds as milliseconds; `null` for what is no duration. */
export function milliseconds(text) {
  const units = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
  const parts = [
    ...text
      .trim()
      .toLowerCase()
      .matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)\s*/gy),
  ];
  if (parts.length === 0 || parts.map((part) => part[0]).join("") !== text.trim().toLowerCase()) return null;
  const each = parts.map(([, number, unit]) => Number(number) * (units[unit || "s"] ?? NaN));
  const total = each.reduce((sum, part) => sum + part, 0);
  return Number.isFinite(total) ? Math.round(total) : null;
}

/** `64 KiB`, `1MB` or plain bytes as bytes; `null` for what is no size. */
export function sizeBytes(text) {
  const found = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?$/i.exec(text.trim());
  if (!found) return null;
  const base = found[2] && !found[3] ? 1000 : 1024;
  return Math.round(Number(found[1]) * base ** " kmgt".indexOf(found[2].toLowerCase() || " "));
}
