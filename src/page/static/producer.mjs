// SPDX-License-Identifier: Apache-2.0
// The page of a producer: its feeds, and what Kafka makes of them.

import { byId, el, glyph, setText } from "./dom.mjs";
import { bytes, clock, integer, iso, lasting, lastingParts, moment, percent, plural, short } from "./format.mjs";
import { LineChart } from "./chart.mjs";
import { addLog, addPoint, between, ConfigView, drawHeadline, drawLinks, LogView, Page, RangeChoice, Tiles } from "./shared.mjs";
import { Table } from "./table.mjs";

const LEVELS = { well: "good", waiting: "note", frozen: "warning", silent: "bad", failing: "bad" };

const tiles = new Tiles(byId("tiles"), [
  { key: "messages", label: "Messages a second" },
  { key: "bytes", label: "Into Kafka" },
  { key: "feeds", label: "Feeds that are well", style: "s3" },
  { key: "header", label: "Oldest header", style: "s3" },
  { key: "delivered", label: "Acknowledged", style: "s1" },
  { key: "queue", label: "Waiting for Kafka", style: "s2" },
]);

const group = [];
const charts = [
  new LineChart("Messages a second", [{ key: "messages", label: "queued for Kafka", style: "s1", area: true }], short, group),
  new LineChart("Age of the oldest header", [{ key: "header_age", label: "of all feeds", style: "s3", area: true }], lasting, group),
];
byId("chart-list").append(...charts.map((chart) => chart.root));
const KEYS = ["messages", "bytes", "failures", "header_age", "queued_bytes"];

const stateTag = (state) => {
  const level = LEVELS[state] ?? "note";
  return el("span", { class: "badge", "data-level": level }, glyph(level, 13), state);
};
const ago = (ms, now) => (ms == null ? "never" : `${lasting(Math.max(now - ms, 0) / 1000)} ago`);

function details(feed) {
  const faults = Object.entries(feed.faults).map(([fault, count]) => `${fault} ${integer(count)}`).join(", ") || "none";
  const pairs = [
    ["Message", feed.message || "nothing to say"],
    ["Asked", `every ${lasting(feed.interval_seconds)}; the last answer took ${lasting(feed.fetch_seconds)}`],
    ["Last good poll", feed.good_ms == null ? "none" : moment(feed.good_ms)],
    ["Header", feed.header_s == null ? "none" : moment(feed.header_s * 1000)],
    ["Polls", `${integer(feed.polls)}: ${integer(feed.published)} published, ${integer(feed.failed)} failed`],
    ["Received", bytes(feed.wire_bytes)],
    ["Faults of the feed", faults],
  ];
  return el("dl", { class: "pairs" }, pairs.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

const table = new Table({
  caption: "Feeds and their counts",
  columns: [
    { head: "Feed", cell: (f) => f.name },
    { head: "State", cell: (f) => stateTag(f.state), mark: (f) => f.state },
    { head: "Last poll", cell: (f) => (f.polled_ms == null ? "none yet" : [el("time", { datetime: iso(f.polled_ms), title: moment(f.polled_ms) }, clock(f.polled_ms)), el("small", {}, f.result)]), mark: (f) => `${f.polled_ms} ${f.result}` },
    { head: "Header", number: true, cell: (f) => (f.header_s == null ? "none" : ago(f.header_s * 1000, f.now)) },
    { head: "Messages", number: true, cell: (f) => integer(f.messages) },
    { head: "Entities", number: true, cell: (f) => integer(f.entities.good + f.entities.repaired) },
    { head: "Repaired", number: true, cell: (f) => integer(f.entities.repaired) },
    { head: "Dropped", number: true, cell: (f) => integer(f.entities.dropped) },
    { head: "Sent", number: true, cell: (f) => bytes(f.bytes) },
    { head: "Acknowledged", number: true, cell: (f) => integer(f.delivered) },
    { head: "Lost", number: true, cell: (f) => integer(f.lost) },
    { head: "Next poll", number: true, cell: (f) => (f.next_ms == null ? "–" : f.next_ms <= f.now ? "now" : `in ${lasting((f.next_ms - f.now) / 1000)}`) },
  ],
  key: (f) => f.name,
  more: details,
  first: 50,
  empty: "No feed is configured.",
});
byId("feed-table").append(table.root);
const config = new ConfigView(byId("config-table"));
const log = new LogView(byId("log-lines"), byId("log-hint"));

const range = new RangeChoice(() => page.changed());

const sum = (feeds, value) => feeds.reduce((total, feed) => total + value(feed), 0);

function drawTiles({ now, feeds, queue, now_ms }, data, from, to) {
  const spark = (key) => ({ t: data.t, values: data[key], from, to });
  const well = feeds.filter((feed) => feed.state === "well").length;
  const sick = feeds.filter((feed) => !["well", "waiting"].includes(feed.state));
  const headers = feeds.filter((feed) => feed.header_s != null).map((feed) => now_ms / 1000 - feed.header_s);
  const [headerValue, headerUnit] = headers.length > 0 ? lastingParts(Math.max(...headers)) : ["–", ""];
  const delivered = sum(feeds, (feed) => feed.delivered);
  const lost = sum(feeds, (feed) => feed.lost);
  tiles.set("messages", { value: short(now.messages), unit: "/s", sub: `${integer(sum(feeds, (f) => f.messages))} since the start`, spark: spark("messages") });
  tiles.set("bytes", { value: bytes(now.bytes), unit: "/s", sub: `${bytes(sum(feeds, (f) => f.bytes))} since the start`, spark: spark("bytes") });
  tiles.set("feeds", {
    value: `${well}`, unit: `of ${feeds.length}`, sub: sick.length > 0 ? sick.map((feed) => feed.name).slice(0, 3).join(", ") : "none is failing",
    level: sick.length === 0 ? null : well === 0 ? "bad" : "warning", spark: spark("failures"),
  });
  tiles.set("header", { value: headerValue, unit: headerUnit, sub: "what the feed itself says of its age", spark: spark("header_age") });
  tiles.set("delivered", { value: short(delivered), sub: lost > 0 ? `${integer(lost)} lost` : "none lost", level: lost > 0 ? "bad" : null, spark: spark("messages") });
  tiles.set("queue", { value: integer(queue.records), unit: queue.records === 1 ? "record" : "records", sub: `${percent(queue.limit_bytes > 0 ? queue.bytes / queue.limit_bytes : 0)} of the room`, spark: spark("queued_bytes") });
}

// With its link at the top.
function showSection(name, there) {
  byId(name).hidden = !there;
  document.querySelector(`.jump a[href="#${name}"]`).hidden = !there;
}

function draw(model) {
  const shown = range.shown((model.now_ms - model.started_ms) / 1000);
  const to = Math.floor(model.now_ms / 1000);
  const data = between(model.history, KEYS, to - shown, to);
  const name = `Producer of ${model.topic}`;
  setText(byId("name"), name);
  setText(byId("topics"), plural(model.feeds.length, "feed"));
  setText(byId("table"), `topic ${model.topic}`);
  drawHeadline(model, name);
  drawLinks(model.links);
  drawTiles(model, data, to - shown, to);
  table.update(model.feeds.map((feed) => ({ ...feed, now: model.now_ms })));
  setText(byId("feeds-hint"), `${plural(model.feeds.length, "feed")}; open one for what it said last.`);
  charts.forEach((chart) => chart.update(data, to - shown, to));
  showSection("config", model.config.length > 0);
  config.update(model.config);
  showSection("log", model.log.length > 0);
  log.update(model.log);
  const [up, unit] = lastingParts((model.now_ms - model.started_ms) / 1000);
  setText(byId("foot"), `${model.program} · up for ${up} ${unit}`);
}

function merge(model, name, data) {
  if (name === "feed") {
    const at = model.feeds.findIndex((feed) => feed.name === data.feed.name);
    if (at >= 0) model.feeds[at] = data.feed;
  }
  if (name === "state" || name === "sample") Object.assign(model, { now_ms: data.now_ms, headline: data.headline, state: data.state });
  if (name === "sample") {
    Object.assign(model, { now: data.now, queue: data.queue, feeds: data.feeds });
    addPoint(model.history.fine, data.point, 600);
    addPoint(model.history.coarse, data.coarse_point, 360);
    addLog(model, data.log);
  }
}

const page = new Page(draw, merge);
page.start();
