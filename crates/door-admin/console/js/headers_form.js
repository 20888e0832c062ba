// Headers as rows of name, type and value. `read` returns what the API takes, with each value of its type.

import { h } from "./dom.js";
import { button } from "./panels.js";

const READ = {
  text: (value) => value,
  number: (value) => (value.trim() !== "" && Number.isFinite(Number(value)) ? Number(value) : undefined),
  bool: (value) => ({ true: true, false: false })[value.trim()],
  base64: (value) => (/^[A-Za-z0-9+/]*={0,2}$/.test(value.trim()) ? { base64: value.trim() } : undefined),
};

/** Rows for `headers`, and a button for more. */
export function headersForm(headers) {
  const rows = h("div", { class: "rows" });
  const add = (name = "", value = "") => {
    const made = row(name, value);
    rows.append(made);
    return made;
  };
  for (const [name, value] of Object.entries(headers)) add(name, value);
  const more = button("Add a header", () => add().querySelector("input").focus(), { small: true });
  const read = () => Object.fromEntries([...rows.children].map(readRow).filter(([name]) => name !== ""));
  return { element: h("div", { class: "form" }, rows, h("div", null, more)), read };
}

function row(name, value) {
  const type =
    typeof value === "object" && value !== null
      ? "base64"
      : typeof value === "number"
        ? "number"
        : typeof value === "boolean"
          ? "bool"
          : "text";
  const types = h(
    "select",
    { "aria-label": "Type" },
    Object.keys(READ).map((kind) => h("option", { value: kind }, kind)),
  );
  types.value = type;
  const inputs = [
    h("input", { value: name, placeholder: "name", "aria-label": "Header name" }),
    types,
    h("input", {
      value: type === "base64" ? value.base64 : String(value),
      placeholder: "value",
      "aria-label": "Header value",
    }),
  ];
  const made = h(
    "div",
    { class: "row" },
    inputs,
    button("", () => made.remove(), { icon: "close", label: "Remove this header" }),
  );
  return made;
}

function readRow(row) {
  const [name, type, value] = [...row.querySelectorAll("input, select")].map((input) => input.value);
  const read = READ[type](value);
  if (name !== "" && read === undefined) throw new Error(`header ${name}: this is no ${type}`);
  return [name, read];
}
