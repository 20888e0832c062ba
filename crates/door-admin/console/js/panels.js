// The parts that pages share: heads, panels, figures, chips, tables, empty states, troubles.

import { h, icon, s } from "./dom.js";
import { FieldError } from "./fields.js";
import { sentence, words } from "./text.js";

/** A page's first lines: title, what it belongs to, what can be done. */
export function head(title, { crumb, actions = [], after = [] } = {}) {
  const over = crumb ? h("div", { class: "crumb" }, crumb) : null;
  return h(
    "div",
    { class: "head" },
    h("div", { class: "titles" }, over, h("h1", null, title, " ", after)),
    h("div", { class: "actions" }, actions),
  );
}

/** A page's frame. */
export function page(...children) {
  return h("div", { class: "page" }, ...children);
}

/** A panel with a heading. */
export function panel(title, { note, end, inset = true, class: name = "" } = {}, ...children) {
  const id = `panel-${(panel.made = (panel.made ?? 0) + 1)}`;
  const header = h(
    "header",
    null,
    h("h2", { id }, title),
    note ? h("span", { class: "soft" }, note) : null,
    end ? h("span", { class: "end" }, end) : null,
  );
  return h(
    "section",
    { class: `panel ${name}`, "aria-labelledby": id },
    header,
    inset ? h("div", { class: "inside" }, children) : children,
  );
}

/** A row of figures: `[{ label, value, small, tone, href }]`. `update(figures)` changes them in place. */
export function figures(list) {
  const element = h("dl", { class: "figures" });
  const update = (wanted) => {
    wanted.forEach((figure, at) => {
      const made = oneFigure(figure);
      const present = element.children[at];
      if (!present) element.append(made);
      else if (!present.isEqualNode(made)) present.replaceWith(made);
    });
  };
  update(list);
  return { element, update };
}

function oneFigure({ label, value, small, tone, swatch }) {
  const colour = swatch ? h("span", { class: "swatch", data: { tone: swatch }, "aria-hidden": "true" }) : null;
  const props = { class: "figure", data: tone ? { tone } : {} };
  return h(
    "div",
    props,
    h("dt", null, colour, label),
    h("dd", null, value, small ? h("small", null, ` ${small}`) : null),
  );
}

/** A word with a colour. */
export function chip(text, tone, title) {
  return h("span", { class: "chip", data: tone ? { tone } : {}, title }, text);
}

const STATES = { ready: "sea", leased: "lamp", delayed: "dusk" };

/** A message's state. */
export function stateChip(state) {
  return chip(words(state), STATES[state]);
}

/** Shows a refusal in `place`, unless it stands at its field already. */
export function showTrouble(place, error) {
  place.replaceChildren(...(error instanceof FieldError ? [] : [trouble(error)]));
}

/** A refusal in full. */
export function trouble(error) {
  const hint = error.hint ? h("span", { class: "hint" }, prose(error.hint)) : null;
  return h("div", { class: "trouble", role: "alert" }, prose(error.message), hint);
}

/** A foreign sentence, with what it has between backticks as code. */
export function prose(text) {
  return sentence(text)
    .split("`")
    .map((part, at) => (at % 2 === 1 ? h("code", null, part) : part));
}

/** What stands where there is nothing yet: what that means, and what to do next. */
export function empty(title, text, actions = []) {
  return h(
    "div",
    { class: "empty" },
    harbour(),
    h("p", { class: "title" }, title),
    text ? h("p", null, text) : null,
    actions.length ? h("div", { class: "actions" }, actions) : null,
  );
}

function harbour() {
  const drawing = s(
    "svg",
    {
      viewBox: "0 0 64 28",
      width: "64",
      height: "28",
      fill: "none",
      stroke: "currentColor",
      "stroke-width": "1.5",
      "stroke-linecap": "round",
      "aria-hidden": "true",
    },
    s("path", { d: "M8 4v12h48" }),
    s("path", { d: "M4 23c4 0 4-2.5 8-2.5s4 2.5 8 2.5 4-2.5 8-2.5 4 2.5 8 2.5 4-2.5 8-2.5 4 2.5 8 2.5 4-2.5 8-2.5" }),
  );
  return h("span", { class: "faint" }, drawing);
}

/** A button. */
export function button(text, act, { kind, small, icon: drawing, label, disabled } = {}) {
  const props = {
    type: "button",
    class: small ? "button small" : "button",
    data: kind ? { kind } : {},
    "aria-label": label,
    disabled,
    on: { click: act },
  };
  return h("button", props, drawing ? icon(drawing) : null, text);
}

/** A link that looks like a button. */
export function linkButton(text, href, { kind, small, icon: drawing } = {}) {
  return h(
    "a",
    { class: small ? "button small" : "button", data: kind ? { kind } : {}, href },
    drawing ? icon(drawing) : null,
    text,
  );
}

/** A table: `columns` are `{ title, class, sort }`; rows are made by the caller. */
export function table(caption, columns, rows, { sorted, onSort } = {}) {
  const cells = columns.map(({ title, class: name, sort }) => {
    const direction = sort && sorted?.by === sort ? (sorted.order === "asc" ? "ascending" : "descending") : null;
    const inside =
      sort && onSort ? h("button", { type: "button", class: "sort", on: { click: () => onSort(sort) } }, title) : title;
    return h("th", { scope: "col", class: name, "aria-sort": direction }, inside);
  });
  const body = h("tbody", null, rows);
  const element = h(
    "div",
    { class: "scroll" },
    h("table", null, h("caption", { class: "visually-hidden" }, caption), h("thead", null, h("tr", null, cells)), body),
  );
  return { element, body };
}

/** A cell. */
export function cell(content, name) {
  return h("td", { class: name }, content);
}

/** A number's cell, pale where it is zero. */
export function numberCell(text, { zero = false, class: name = "" } = {}) {
  return h("td", { class: `number ${name}` }, zero ? h("span", { class: "zero" }, text) : text);
}

/** Terms and what they say: `[[term, value], …]`; terms without a value are left out. */
export function facts(list) {
  const given = list.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return h(
    "dl",
    { class: "facts" },
    given.map(([term, value]) => [h("dt", null, term), h("dd", null, value)]),
  );
}

/** A row of tabs; each is a page of its own. */
export function tabs(label, list, present) {
  const one = ([key, title, href]) => h("a", { href, "aria-current": key === present ? "page" : null }, title);
  return h("nav", { class: "tabs", "aria-label": label }, list.map(one));
}
