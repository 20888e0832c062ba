// Small line charts over the last minutes, drawn as SVG by hand.
//
// Invariant: a chart's size never depends on what it shows, so nothing around it moves; drawing again changes paths and
// texts and makes no elements.

import { h, s, setText } from "./dom.js";
import { clock, duration } from "./text.js";
import { WINDOW_MS } from "./live.js";

const [WIDTH, HEIGHT] = [600, 120];
/** A longer silence than this is drawn as a gap. */
const GAP_MS = 15_000;
/** What a chart spans at first; it grows with what is known, up to the window. */
const SPAN_MS_MIN = 60_000;

/** A chart of `lines` (`{ key, label, tone }`), whose values `say` puts into words. `draw(samples)` shows them. */
export function chart(title, lines, say) {
  const keys = lines.map((line) => legendKey(line));
  const when = h("span", { class: "when" });
  const traces = lines.map(({ tone }, at) => ({
    area: at === 0 ? s("path", { class: "area", "data-tone": tone }) : null,
    trace: s("path", { class: "trace", "data-tone": tone }),
  }));
  const cross = s("path", { class: "at", visibility: "hidden" });
  const svg = s("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": title,
  });
  svg.append(
    gridLine(0),
    gridLine(HEIGHT / 2),
    gridLine(HEIGHT),
    ...traces.flatMap(({ area, trace }) => [area, trace]).filter(Boolean),
    cross,
  );
  const [top, span, waiting] = [
    h("span", { class: "top" }),
    h("span", { class: "span" }),
    h("span", { class: "waiting" }, "the line starts with the next figures"),
  ];
  const plot = h("div", { class: "plot" }, svg, top, span, waiting);
  const element = h(
    "figure",
    { class: "chart" },
    h(
      "div",
      { class: "legend-row" },
      keys.map(({ element: key }) => key),
      when,
    ),
    plot,
  );
  const shown = { samples: [], scale: null, hovered: null };

  const sayValues = () => {
    const sample = shown.hovered ?? shown.samples.at(-1);
    lines.forEach(({ key }, at) => setText(keys[at].value, say(sample?.[key] ?? null)));
    setText(when, shown.hovered ? clock(shown.hovered.at_ms) : "");
  };
  const draw = (samples) => {
    const scale = scaleOf(samples, lines);
    Object.assign(shown, { samples, scale });
    setText(top, say(scale.max));
    setText(span, `${duration(scale.span_ms)} ago`);
    waiting.hidden = samples.length > 1;
    lines.forEach(({ key }, at) => drawLine(traces[at], samples, key, scale));
    sayValues();
  };
  plot.addEventListener("pointermove", (event) => {
    shown.hovered = nearest(shown, event.offsetX / plot.clientWidth);
    if (shown.hovered) {
      const x = xOf(shown.hovered, shown.scale);
      cross.setAttribute("d", `M${x} 0V${HEIGHT}`);
      cross.setAttribute("visibility", "visible");
    }
    sayValues();
  });
  plot.addEventListener("pointerleave", () => {
    shown.hovered = null;
    cross.setAttribute("visibility", "hidden");
    sayValues();
  });
  return { element, draw };
}

function legendKey({ label, tone }) {
  const value = h("b", null, "–");
  return {
    value,
    element: h("span", { class: "key" }, h("span", { class: "swatch", data: { tone } }), label, " ", value),
  };
}

function gridLine(y) {
  return s("path", { class: "grid", d: `M0 ${y}H${WIDTH}` });
}

function scaleOf(samples, lines) {
  const values = samples.flatMap((sample) => lines.map(({ key }) => sample[key] ?? 0));
  const [start_ms, end_ms] = [samples[0]?.at_ms ?? 0, samples.at(-1)?.at_ms ?? 0];
  const known_ms = Math.ceil((end_ms - start_ms) / SPAN_MS_MIN) * SPAN_MS_MIN;
  return { max: round(Math.max(1, ...values)), end_ms, span_ms: Math.min(WINDOW_MS, Math.max(SPAN_MS_MIN, known_ms)) };
}

/** The next of 1, 2, 5 times a power of ten. */
function round(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 2, 5, 10].find((step) => step * power >= value);
}

function xOf(sample, { end_ms, span_ms }) {
  return Math.max(0, WIDTH * (1 - (end_ms - sample.at_ms) / span_ms));
}

function drawLine({ area, trace }, samples, key, scale) {
  const known = samples.filter((sample) => sample[key] !== null && sample[key] !== undefined);
  const points = known.map((sample, at) => {
    const gap = at === 0 || sample.at_ms - known[at - 1].at_ms > GAP_MS;
    return { gap, x: xOf(sample, scale).toFixed(1), y: (HEIGHT * (1 - sample[key] / scale.max)).toFixed(1) };
  });
  trace.setAttribute("d", points.map(({ gap, x, y }) => `${gap ? "M" : "L"}${x} ${y}`).join(""));
  area?.setAttribute("d", areaOf(points));
}

function areaOf(points) {
  let path = "";
  points.forEach(({ gap, x, y }, at) => {
    if (gap) path += `${at > 0 ? `L${points[at - 1].x} ${HEIGHT}Z` : ""}M${x} ${HEIGHT}`;
    path += `L${x} ${y}`;
  });
  return points.length ? `${path}L${points.at(-1).x} ${HEIGHT}Z` : "";
}

function nearest({ samples, scale }, share) {
  if (!scale || samples.length === 0) return null;
  const at_ms = scale.end_ms - scale.span_ms * (1 - share);
  return samples.reduce((best, sample) =>
    Math.abs(sample.at_ms - at_ms) < Math.abs(best.at_ms - at_ms) ? sample : best,
  );
}
