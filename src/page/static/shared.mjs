// SPDX-License-Identifier: Apache-2.0
// What the pages of a job and of a producer have in common.

import { byId, el, glyph, setAttribute, setText } from "./dom.mjs";
import { clock, integer, iso } from "./format.mjs";
import { Live } from "./live.mjs";
import { Sparkline } from "./chart.mjs";
import { Table } from "./table.mjs";

const LIVE_TEXTS = {
  connecting: () => "connecting",
  live: () => "live",
  polling: () => "every 2 s",
  stale: (seconds) => `silent for ${seconds} s`,
  reconnecting: (seconds) => `reconnecting, ${seconds} s old`,
};
const MOST_LINES = 200;

// Keeps the model and draws it when it changed, but for while updates are paused.
export class Page {
  constructor(draw, merge) {
    this.draw = draw;
    this.merge = merge;
    this.model = null;
    this.paused = false;
  }

  start() {
    const button = byId("pause");
    button.addEventListener("click", () => {
      this.paused = !this.paused;
      setAttribute(button, "aria-pressed", String(this.paused));
      setText(byId("pause-word"), this.paused ? "Resume" : "Pause");
      this.tellLive();
      this.changed();
    });
    new Live((name, data) => this.take(name, data), (state, seconds) => {
      Object.assign(this, { liveState: state, silent: seconds });
      this.tellLive();
    }).start();
  }

  take(name, data) {
    if (name === "snapshot") this.model = data;
    else if (this.model) this.merge(this.model, name, data);
    this.changed();
  }

  changed() {
    if (!this.model || this.paused || this.drawing) return;
    this.drawing = requestAnimationFrame(() => {
      this.drawing = 0;
      this.draw(this.model);
      announce(this.model.headline);
    });
  }

  tellLive() {
    const gone = this.liveState === "reconnecting" && ["stopped", "failed"].includes(this.model?.state?.name);
    const text = gone ? "the process has ended" : LIVE_TEXTS[this.liveState ?? "connecting"](this.silent);
    setAttribute(byId("live"), "data-state", this.paused ? "paused" : this.liveState);
    setText(byId("live-text"), this.paused ? "paused" : text);
    const state = gone ? "ended" : this.liveState;
    if (state !== this.toldLive && this.toldLive && state !== "stale") say(gone ? "The process has ended." : `Connection: ${text.replace(/,.*/, "")}.`);
    if (state !== "stale") this.toldLive = state;
  }
}

function say(text) {
  setText(byId("announce"), text);
}

// Screen readers hear of something new, not of each number that ticks.
let announced = null;
function announce(headline) {
  const news = `${headline.level} ${headline.code}`;
  if (news !== announced && announced !== null) say(headline.sentence);
  announced = news;
}

const LEVEL_WORDS = { good: "well", note: "", warning: "warning", bad: "problem" };

export function drawHeadline(model, name) {
  const { headline, state } = model;
  const words = [state.name, LEVEL_WORDS[headline.level]].filter((word, i) => word && (i === 0 || headline.level !== "good")).join(", ");
  const badge = byId("badge");
  if (badge.dataset.level !== headline.level || badge.textContent !== words) {
    badge.dataset.level = headline.level;
    badge.replaceChildren(glyph(headline.level, 13), words);
  }
  const box = byId("headline");
  if (box.dataset.level !== headline.level || !byId("glyph").firstChild) {
    box.dataset.level = headline.level;
    byId("glyph").replaceChildren(glyph(headline.level));
  }
  setText(byId("sentence"), headline.sentence);
  setText(byId("detail"), headline.detail);
  byId("detail").hidden = !headline.detail;
  const runbook = byId("runbook");
  runbook.hidden = !headline.runbook;
  const file = headline.runbook ? `docs/runbooks/${headline.runbook}.md` : "";
  if (runbook.dataset.file !== file) {
    runbook.dataset.file = file;
    runbook.replaceChildren("Runbook: ", el("code", {}, file));
  }
  const mark = { warning: "⚠ ", bad: "⚠ " }[headline.level] ?? "";
  const title = `${mark}${name} · Sluice`;
  if (document.title !== title) document.title = title;
}

// tiles: [{key, label, style}]; the answer's set(key, {value, unit, sub, level, spark}).
export class Tiles {
  constructor(host, tiles) {
    this.tiles = new Map(tiles.map(({ key, label, style }) => {
      const parts = { value: document.createTextNode("–"), unit: el("small"), sub: el("p", { class: "sub" }), spark: new Sparkline(style ?? "s1") };
      parts.root = el("div", { class: "tile", "data-tile": key },
        el("h2", {}, label), el("p", { class: "value" }, parts.value, parts.unit), parts.sub, parts.spark.root);
      host.append(parts.root);
      return [key, parts];
    }));
  }

  set(key, { value, unit = "", sub = "", level = null, spark = null }) {
    const tile = this.tiles.get(key);
    setText(tile.value, value);
    setText(tile.unit, unit);
    setText(tile.sub, sub);
    setAttribute(tile.root, "data-level", level);
    if (spark) tile.spark.update(spark.t, spark.values, spark.from, spark.to, spark.fromZero);
  }
}

// The seconds that the charts show: what the user chose, until then the usual; not far before the start.
export class RangeChoice {
  constructor(changed) {
    this.chosen = null;
    this.usual = 600;
    for (const input of document.querySelectorAll("input[name=range]")) {
      input.addEventListener("change", () => {
        this.chosen = Number(input.value);
        changed();
      });
    }
  }

  shown(lived) {
    const seconds = this.chosen ?? this.usual;
    const input = document.querySelector(`input[name=range][value="${seconds}"]`);
    if (!input.checked) input.checked = true;
    return Math.min(seconds, Math.max(120, lived));
  }
}

// Points between two moments: seconds where they are kept, ten seconds before that.
export function between(history, keys, from, to) {
  const { fine, coarse } = history;
  const begin = fine.t.length > 0 ? fine.t[0] : Infinity;
  const pick = (points, fits) => points.t.flatMap((t, i) => (t >= from && t <= to && fits(t) ? [i] : []));
  const old = to - from > 600 ? pick(coarse, () => true) : pick(coarse, (t) => t + 10 <= begin);
  const last = old.length > 0 ? coarse.t[old.at(-1)] + 10 : -Infinity;
  const recent = pick(fine, (t) => t >= last);
  const join = (key) => [...old.map((i) => coarse[key]?.[i] ?? null), ...recent.map((i) => fine[key]?.[i] ?? null)];
  const data = { t: join("t") };
  for (const key of keys) data[key] = join(key);
  return data;
}

export function addPoint(points, point, most) {
  // The server's clock was set back: what lies ahead of it is over.
  if (point && points.t.at(-1) > point.t + 10) for (const key of Object.keys(points)) if (key !== "step_s") points[key] = [];
  if (!point || (points.t.length > 0 && point.t <= points.t.at(-1))) return;
  for (const key of Object.keys(points)) {
    if (key === "step_s") continue;
    points[key].push(point[key] ?? null);
    if (points[key].length > most) points[key].shift();
  }
}

export function addLog(model, lines) {
  model.log.push(...lines);
  if (model.log.length > MOST_LINES) model.log.splice(0, model.log.length - MOST_LINES);
}

export class LogView {
  constructor(host, hint) {
    this.list = el("ol");
    this.box = el("div", { class: "log", tabindex: "0", role: "region", "aria-label": "Newest lines of the log" }, this.list);
    this.hint = hint;
    host.append(this.box);
    this.newest = null;
  }

  // Follows the end unless somebody has scrolled up.
  update(lines) {
    if (lines.length === 0 || lines.at(-1) === this.newest) return;
    const follows = this.box.scrollTop + this.box.clientHeight >= this.box.scrollHeight - 30;
    const known = this.newest ? lines.lastIndexOf(this.newest) : -1;
    if (known < 0) this.list.replaceChildren();
    this.list.append(...lines.slice(known + 1).map((line) => this.line(line)));
    while (this.list.childNodes.length > MOST_LINES) this.list.firstChild.remove();
    this.newest = lines.at(-1);
    setText(this.hint, `The newest ${integer(this.list.childNodes.length)} lines; times in UTC.`);
    if (follows) this.box.scrollTop = this.box.scrollHeight;
  }

  line({ at_ms, level, message, fields }) {
    return el("li", { class: level },
      el("time", { datetime: iso(at_ms) }, clock(at_ms)),
      el("span", { class: "level" }, level),
      el("span", { class: "message" }, message, fields && el("span", { class: "fields" }, ` ${fields}`)));
  }
}

const LONG = 120;

// A statement or a schema is opened by whoever wants to read it.
function valueCell({ value, origin }) {
  const small = el("span", { class: "origin" }, origin);
  if (value === "") return [el("span", { class: "hint" }, "not set"), small];
  const lines = value.trimEnd().split("\n");
  if (value.length <= LONG && lines.length < 3) return [value, small];
  return [el("details", {}, el("summary", {}, `${lines[0].slice(0, 60).trim()} …`), el("pre", {}, value.trimEnd())), small];
}

// What somebody has set comes first; the defaults are there on demand.
export class ConfigView {
  constructor(host) {
    this.table = new Table({
      caption: "Configuration in effect",
      style: "config",
      columns: [
        { head: "Key", cell: (row) => el("code", {}, row.key), mark: (row) => row.key },
        { head: "Value", cell: valueCell, mark: (row) => `=${row.value}` },
        { head: "From", cell: (row) => row.origin },
      ],
      key: (row) => row.key,
      fewer: () => "Show only what was set",
      empty: "No configuration is known.",
    });
    host.append(this.table.root);
  }

  update(rows) {
    const isSet = (row) => row.origin !== "default";
    const ordered = [...rows.filter(isSet), ...rows.filter((row) => !isSet(row))];
    this.table.first = rows.filter(isSet).length || 10;
    this.table.update(ordered);
  }
}

export function drawLinks(links) {
  const host = byId("links");
  if (host.childNodes.length === links.length) return;
  host.replaceChildren(...links.map(({ title, href }) => el("a", { href: /^https?:/.test(href) ? href : null }, title)));
}
