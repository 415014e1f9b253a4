// SPDX-License-Identifier: Apache-2.0
// Lines, sparklines and stacked bars as SVG, coloured by the style sheet.

import { el, setAttribute, setText, svg } from "./dom.mjs";
import { shortClock, clock } from "./format.mjs";

const MARGIN = { left: 52, right: 8, top: 8, bottom: 20 };

// The least "round" number that is not below `most`, and the step of three or four lines up to it.
export function niceScale(most, whole = false) {
  if (!(most > 0)) return { top: 1, step: whole ? 1 : 0.5 };
  const power = 10 ** Math.floor(Math.log10(most / 3));
  const nice = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s * 4 >= most);
  const step = whole ? Math.max(Math.ceil(nice), 1) : nice;
  return { top: Math.ceil(most / step - 1e-9) * step, step };
}

// Moments between `from` and `to` (seconds) that are round in a day.
export function timeTicks(from, to, most) {
  const step = [10, 30, 60, 120, 300, 600, 900, 1800, 3600].find((s) => (to - from) / s <= most) ?? 7200;
  const ticks = [];
  for (let t = Math.ceil(from / step) * step; t <= to; t += step) ticks.push(t);
  return ticks;
}

// "M1,2L3,4M...": what is null is a gap.
function path(times, values, x, y) {
  let text = "";
  let open = false;
  for (let i = 0; i < times.length; ++i) {
    if (values[i] == null) {
      open = false;
      continue;
    }
    text += `${open ? "L" : "M"}${x(times[i]).toFixed(1)},${y(values[i]).toFixed(1)}`;
    open = true;
  }
  return text;
}

function area(times, values, x, y) {
  const known = times.map((t, i) => [t, values[i]]).filter(([, v]) => v != null);
  if (known.length < 2) return "";
  const base = y(0).toFixed(1);
  const line = known.map(([t, v]) => `${x(t).toFixed(1)},${y(v).toFixed(1)}`).join("L");
  return `M${x(known[0][0]).toFixed(1)},${base}L${line}L${x(known.at(-1)[0]).toFixed(1)},${base}Z`;
}

const highest = (series) => series.reduce((most, values) => values.reduce((m, v) => (v > m ? v : m), most), 0);

// A figure with a caption, a legend that shows numbers, and a plot that follows its width.
class Figure {
  constructor(title, legend, blocks, tall) {
    this.plot = svg("svg", { class: `plot${tall ? " tall" : ""}`, role: "img", "aria-label": `${title}: nothing yet` });
    this.legend = legend.map((item) => ({ ...item, value: el("b") }));
    const list = this.legend.map(({ style, label, value }) =>
      el("li", {}, el("i", { class: style, "aria-hidden": "true" }), label, " ", value));
    this.note = el("span", { class: "hint" });
    this.root = el("figure", { class: "card chart" },
      el("figcaption", {}, el("h3", {}, title), this.note, el("ul", { class: `legend${blocks ? " blocks" : ""}` }, list)),
      this.plot);
    this.width = 600;
    this.height = tall ? 176 : 160;
    new ResizeObserver(([entry]) => {
      this.width = Math.max(entry.contentRect.width, 200);
      this.height = Math.max(entry.contentRect.height, 100);
      this.draw();
    }).observe(this.plot);
  }

  frame(scale, format) {
    const y = (value) => this.height - MARGIN.bottom - (value / scale.top) * (this.height - MARGIN.top - MARGIN.bottom);
    const lines = [];
    for (let value = 0; value <= scale.top * 1.0001; value += scale.step) {
      const at = Math.round(y(value)) + 0.5;
      lines.push(
        svg("line", { class: value === 0 ? "grid axis" : "grid", x1: MARGIN.left, x2: this.width - MARGIN.right, y1: at, y2: at }),
        svg("text", { x: MARGIN.left - 8, y: at + 4, "text-anchor": "end" }, format(value)));
    }
    setAttribute(this.plot, "viewBox", `0 0 ${this.width} ${this.height}`);
    return { y, lines };
  }
}

// series: [{key, label, style, area}]; format(value) for axis and legend.
export class LineChart extends Figure {
  constructor(title, series, format, group, whole = false) {
    super(title, series, false, false);
    this.title = title;
    this.series = series;
    this.format = format;
    this.whole = whole;
    this.group = group; // charts whose cursors move together
    group.push(this);
    this.plot.addEventListener("pointermove", (event) => this.point(event));
    this.plot.addEventListener("pointerleave", () => group.forEach((chart) => chart.mark(null)));
  }

  update(data, from, to) {
    this.data = data;
    this.from = from;
    this.to = to;
    this.draw();
  }

  draw() {
    const { data } = this;
    if (!data) return;
    const scale = niceScale(highest(this.series.map(({ key }) => data[key])), this.whole);
    const { y, lines } = this.frame(scale, this.format);
    const x = (t) => MARGIN.left + ((t - this.from) / (this.to - this.from)) * (this.width - MARGIN.left - MARGIN.right);
    const ticks = timeTicks(this.from, this.to, Math.max(2, Math.floor(this.width / 90)));
    const fine = ticks.length > 1 && ticks[1] - ticks[0] < 60;
    const labels = ticks.map((t) =>
      svg("text", { x: x(t), y: this.height - 5, "text-anchor": x(t) > this.width - 30 ? "end" : "middle" },
        fine ? clock(t * 1000) : shortClock(t * 1000)));
    const shapes = this.series.flatMap(({ key, style, area: filled }) => [
      filled && svg("path", { class: `area ${style}`, d: area(data.t, data[key], x, y) }),
      svg("path", { class: `line ${style}`, d: path(data.t, data[key], x, y) }),
    ]);
    this.cursor = svg("line", { class: "cursor", y1: MARGIN.top, y2: this.height - MARGIN.bottom, visibility: "hidden" });
    this.x = x;
    this.plot.replaceChildren(...lines, ...labels, ...shapes.filter(Boolean), this.cursor);
    setAttribute(this.plot, "aria-label", this.describe());
    this.mark(this.marked ?? null);
  }

  describe() {
    const parts = this.series.map(({ key, label }) => {
      const known = this.data[key].filter((v) => v != null);
      if (known.length === 0) return `${label}: nothing yet`;
      return `${label}: now ${this.format(known.at(-1))}, between ${this.format(Math.min(...known))} and ${this.format(Math.max(...known))}`;
    });
    return `${this.title}. ${parts.join("; ")}`;
  }

  point(event) {
    const box = this.plot.getBoundingClientRect();
    const share = (event.clientX - box.left - MARGIN.left) / (box.width - MARGIN.left - MARGIN.right);
    const at = this.from + Math.min(Math.max(share, 0), 1) * (this.to - this.from);
    this.group.forEach((chart) => chart.mark(at));
  }

  // The legend shows the numbers at the cursor, or the newest.
  mark(at) {
    this.marked = at;
    if (!this.data) return;
    const { t } = this.data;
    let index = t.length - 1;
    if (at != null) while (index > 0 && t[index] > at) --index;
    for (const { key, value } of this.legend) setText(value, t.length === 0 ? "–" : this.format(this.data[key][index]));
    setText(this.note, at == null || t.length === 0 ? "" : `at ${clock(t[index] * 1000)} UTC`);
    setAttribute(this.cursor, "visibility", at == null ? "hidden" : "visible");
    if (at != null && t.length > 0) {
      setAttribute(this.cursor, "x1", this.x(t[index]));
      setAttribute(this.cursor, "x2", this.x(t[index]));
    }
  }
}

// Bars of parts: the newest at the right. parts: [{key, label, style}].
export class StackedBars extends Figure {
  constructor(title, parts, format) {
    super(title, parts, true, true);
    this.title = title;
    this.parts = parts;
    this.format = format;
    this.bars = [];
    this.plot.addEventListener("pointerleave", () => this.mark(null));
  }

  // bars: [{name, when, total, values: {key: number}}], oldest first; limit: a line, or 0.
  update(bars, limit, slots) {
    Object.assign(this, { bars, limit, slots });
    this.draw();
  }

  draw() {
    if (!this.bars.length) {
      this.plot.replaceChildren(svg("text", { x: this.width / 2, y: this.height / 2, "text-anchor": "middle" }, "No batch yet"));
      setAttribute(this.plot, "viewBox", `0 0 ${this.width} ${this.height}`);
      setAttribute(this.plot, "aria-label", `${this.title}: no batch yet`);
      return;
    }
    const most = this.bars.reduce((m, bar) => Math.max(m, bar.total), 0);
    // A trigger far above all bars would only flatten them.
    const shown = this.limit > 0 && this.limit <= most * 3 ? this.limit : 0;
    const { y, lines } = this.frame(niceScale(Math.max(most, shown)), this.format);
    const slots = Math.max(this.slots, 20);
    const slot = (this.width - MARGIN.left - MARGIN.right) / slots;
    const columns = this.bars.map((bar, i) => this.column(bar, MARGIN.left + (slots - this.bars.length + i) * slot, slot, y));
    const limit = shown ? [
      svg("line", { class: "limit", x1: MARGIN.left, x2: this.width - MARGIN.right, y1: y(shown), y2: y(shown) }),
      svg("text", { class: "limit-text", x: MARGIN.left + 4, y: y(shown) < MARGIN.top + 12 ? y(shown) + 13 : y(shown) - 4 }, "trigger"),
    ] : [];
    const ends = [svg("text", { x: this.width - MARGIN.right, y: this.height - 5, "text-anchor": "end" }, "newest")];
    this.plot.replaceChildren(...lines, ...columns, ...limit, ...ends);
    const mean = this.bars.reduce((sum, bar) => sum + bar.total, 0) / this.bars.length;
    setAttribute(this.plot, "aria-label",
      `${this.title}: ${this.bars.length} batches, ${this.format(mean)} on average, ${this.format(most)} at most. The table below has each.`);
    this.mark(null);
  }

  column(bar, left, slot, y) {
    const gap = slot > 4 ? Math.min(slot * 0.2, 3) : 0.5;
    let below = 0;
    const blocks = this.parts.map(({ key, style }) => {
      const value = bar.values[key] ?? 0;
      const top = y(below + value);
      const height = Math.max(y(below) - top, 0);
      below += value;
      return height > 0.2 && svg("rect", { class: `p ${style}`, x: left + gap / 2, y: top, width: Math.max(slot - gap, 0.8), height });
    });
    const column = svg("g", { class: "column" }, blocks,
      svg("rect", { class: "hit", x: left, y: MARGIN.top, width: slot, height: this.height - MARGIN.top - MARGIN.bottom }));
    column.addEventListener("pointerenter", () => this.mark(bar));
    return column;
  }

  mark(bar) {
    const of = bar ?? this.bars.at(-1);
    for (const { key, value } of this.legend) setText(value, this.format(of?.values[key] ?? 0));
    setText(this.note, of ? `${bar ? "" : "newest: "}${of.name}, ${this.format(of.total)}` : "");
  }
}

// A line without axes; `floor` keeps small wiggles small.
export class Sparkline {
  constructor(style) {
    this.line = svg("path", { class: `line ${style}` });
    this.area = svg("path", { class: `area ${style}` });
    this.root = svg("svg", { viewBox: "0 0 100 30", preserveAspectRatio: "none", "aria-hidden": "true" }, this.area, this.line);
  }

  update(times, values, from, to, fromZero = true) {
    const known = values.filter((v) => v != null);
    const least = fromZero || known.length === 0 ? 0 : Math.min(...known);
    const most = Math.max(...known, least + 1e-9);
    const x = (t) => ((t - from) / (to - from)) * 100;
    const y = (v) => 28 - ((v - least) / (most - least)) * 24;
    const shift = (v) => y(v + least);
    setAttribute(this.line, "d", path(times, values, x, y));
    setAttribute(this.area, "d", area(times, values.map((v) => (v == null ? null : v - least)), x, shift));
  }
}

// A batch's parts side by side; the words for them stand beside it.
export function partsBar(parts, values, total) {
  let left = 0;
  const blocks = parts.map(({ key, style }) => {
    const width = total > 0 ? ((values[key] ?? 0) / total) * 100 : 0;
    const block = width > 0 && svg("rect", { class: `p ${style}`, x: left, y: 0, width: Math.max(width - 0.6, 0.2), height: 10 });
    left += width;
    return block;
  });
  return svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" }, blocks);
}
