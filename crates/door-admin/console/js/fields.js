// Fields of forms: a label, an input, a hint, and room for what is wrong with it.
//
// Invariant: `read` returns what the API takes, or marks the field and throws.

import { h, replace } from "./dom.js";
import { milliseconds, sizeBytes } from "./text.js";

let made = 0;

/** What is wrong stands at its field already. */
export class FieldError extends Error {}

/** Wraps an input. `fail(text)` marks it, `clear()` takes the mark away. */
export function field({ label, hint, input, name, whole = false }) {
  const id = `field-${++made}`;
  const wrong = h("span", { class: "wrong", id: `${id}-wrong`, role: "alert" });
  input.id = id;
  if (name) input.name = name;
  input.setAttribute("aria-describedby", `${id}-hint ${id}-wrong`);
  const about = h("span", { class: "hint", id: `${id}-hint` }, hint ?? "");
  const element = h(
    "div",
    { class: whole ? "field whole" : "field" },
    h("label", { for: id }, label),
    input,
    hint ? about : null,
    wrong,
  );
  const clear = () => {
    input.removeAttribute("aria-invalid");
    replace(wrong);
  };
  input.addEventListener("input", clear);
  const fail = (text) => {
    input.setAttribute("aria-invalid", "true");
    replace(wrong, text);
  };
  return { element, input, fail, clear, name };
}

/** A field whose value is read by `parse`, which returns `undefined` for what it does not understand. */
function parsed(given, input, parse, expected) {
  const made = field({ ...given, input });
  const read = () => {
    const value = parse(input.value.trim());
    if (value === undefined) {
      made.fail(expected);
      input.focus();
      throw new FieldError(expected);
    }
    return value;
  };
  return { ...made, read };
}

/** A line of text. */
export function textField(given, value = "") {
  const input = h("input", {
    value,
    autocomplete: "off",
    spellcheck: "false",
    autocapitalize: "off",
    placeholder: given.placeholder,
    autofocus: given.autofocus,
  });
  return parsed(given, input, (text) => (text === "" && given.required ? undefined : text), "this cannot be empty");
}

/** A whole number; an empty field is `null` where `none` allows that. */
export function numberField({ none = false, min = 0, max = Number.MAX_SAFE_INTEGER, ...given }, value) {
  const input = h("input", {
    value: value ?? "",
    inputmode: "numeric",
    autocomplete: "off",
    placeholder: given.placeholder,
  });
  const parse = (text) => {
    if (text === "") return none ? null : undefined;
    const number = Number(text.replaceAll(",", "").replaceAll("_", ""));
    return Number.isInteger(number) && number >= min && number <= max ? number : undefined;
  };
  const most = max === Number.MAX_SAFE_INTEGER ? "" : ` to ${max}`;
  return parsed(given, input, parse, `a whole number from ${min}${most}${none ? ", or nothing" : ""}`);
}

/** What is counted in units: `spell` writes a value, `parse` reads it, `null` for what it does not understand. */
function measureField({ none = false, ...given }, value, { spell, parse, examples }) {
  const input = h("input", {
    value: value === null || value === undefined ? "" : spell(value),
    autocomplete: "off",
    placeholder: given.placeholder,
  });
  const read = (text) => (text === "" ? (none ? null : undefined) : (parse(text) ?? undefined));
  return parsed(given, input, read, `${examples}${none ? ", or nothing" : ""}`);
}

/** A duration in words or seconds; an empty field is `null` where `none` allows that. */
export function durationField(given, value_ms) {
  const examples = "a time like 30 s, 5 min or 2 d";
  return measureField(given, value_ms, { spell: spellDuration, parse: milliseconds, examples });
}

/** A size in words or bytes; an empty field is `null` where `none` allows that. */
export function sizeField(given, value) {
  const examples = "a size like 256 KiB or 10 MiB";
  return measureField(given, value, { spell: spellSize, parse: sizeBytes, examples });
}

/** One of several: `options` are `[value, words]`. */
export function choiceField(given, options, value) {
  const input = h(
    "select",
    null,
    options.map(([key, words]) => h("option", { value: key }, words)),
  );
  input.value = value;
  return { ...field({ ...given, input }), read: () => input.value };
}

/** Yes or no. */
export function checkField({ label, hint, name }, value = false) {
  const input = h("input", { type: "checkbox", checked: value, name });
  const words = h("span", null, label, hint ? h("span", { class: "hint faint" }, ` ${hint}`) : null);
  return { element: h("label", { class: "check whole" }, input, words), input, read: () => input.checked, name };
}

const DURATIONS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
];
const SIZES = [
  ["GiB", 2 ** 30],
  ["MiB", 2 ** 20],
  ["KiB", 2 ** 10],
];

/** In the largest unit that is exact, so that what is saved unchanged stays what it was. */
function inUnits(value, units) {
  const unit = units.find(([, length]) => value >= length && value % length === 0);
  return unit ? `${value / unit[1]} ${unit[0]}` : null;
}

function spellDuration(value_ms) {
  return inUnits(value_ms, DURATIONS) ?? (value_ms === 0 ? "0 s" : `${value_ms} ms`);
}

function spellSize(value) {
  return inUnits(value, SIZES) ?? `${value} B`;
}
