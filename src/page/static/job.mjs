// SPDX-License-Identifier: Apache-2.0
// The page of a job.

import { byId, el, setText, svg } from "./dom.mjs";
import { age, bytes, clock, integer, iso, lasting, lastingParts, moment, percent, plural, short } from "./format.mjs";
import { LineChart, partsBar, StackedBars } from "./chart.mjs";
import { BadList } from "./bad.mjs";
import { addLog, addPoint, between, ConfigView, drawHeadline, drawLinks, LogView, Page, RangeChoice, Tiles } from "./shared.mjs";
import { Table } from "./table.mjs";

const PARTS = [
  { key: "plan", label: "plan", style: "p-plan", phases: ["latest_offset", "plan", "wal_commit"] },
  { key: "read", label: "read", style: "p-read", phases: ["poll"] },
  { key: "decode", label: "decode", style: "p-decode", phases: ["decode"] },
  { key: "transform", label: "SQL", style: "p-transform", phases: ["transform"] },
  { key: "write", label: "write", style: "p-write", phases: ["encode", "upload"] },
  { key: "commit", label: "commit", style: "p-commit", phases: ["commit", "checkpoint"] },
];
const MOST_BATCHES = 100;
const MOST_VERSIONS = 50;
const FRESH_SECONDS = 60;

const tiles = new Tiles(byId("tiles"), [
  { key: "rows", label: "Rows a second" },
  { key: "age", label: "Freshness", style: "s3" },
  { key: "lag", label: "Lag", style: "s2" },
  { key: "commit", label: "Last commit", style: "s3" },
  { key: "bad", label: "Bad records", style: "s2" },
  { key: "version", label: "Table version" },
]);

const group = [];
const charts = [
  new LineChart("Rows a second", [{ key: "rows", label: "into the table", style: "s1", area: true }], short, group),
  new LineChart("Records a second", [
    { key: "arriving", label: "into Kafka", style: "s2" },
    { key: "committed", label: "into the table", style: "s1", area: true },
  ], short, group),
  new LineChart("Freshness", [
    { key: "age", label: "age of the newest record", style: "s3" },
    { key: "lag_seconds", label: "delay of what waits", style: "s1", area: true },
  ], lasting, group),
  new LineChart("Records waiting", [{ key: "lag_records", label: "not committed", style: "s2", area: true }], short, group, true),
];
byId("chart-list").append(...charts.map((chart) => chart.root));
const CHART_KEYS = ["arriving", "committed", "rows", "age", "lag_seconds", "lag_records", "commit_age", "bad", "version"];

const batchChart = new StackedBars("Duration by phase", PARTS, lasting);
byId("batch-chart").replaceWith(batchChart.root);

const partsOf = (batch) => Object.fromEntries(PARTS.map(({ key, phases }) =>
  [key, phases.reduce((sum, phase) => sum + (batch.phases[phase] ?? 0), 0)]));
const sumOf = (values) => Object.values(values).reduce((sum, value) => sum + value, 0);
const phaseWords = (values) => PARTS.map(({ key, label }) => `${label} ${lasting(values[key])}`).join(", ");
const at = (ms) => el("time", { datetime: iso(ms), title: moment(ms) }, clock(ms));

function phaseCell(batch) {
  const values = partsOf(batch);
  const sum = sumOf(values);
  return [partsBar(PARTS, values, sum), el("span", { class: "unseen" }, phaseWords(values))];
}

function batchDetails(batch) {
  const pairs = [
    ["Trigger", moment(batch.triggered_ms)],
    ["Committed", moment(batch.committed_ms)],
    ["Phases", Object.entries(batch.phases).map(([phase, seconds]) => `${phase} ${lasting(seconds)}`).join(", ") || "none"],
    ["Messages", bytes(batch.input_bytes)],
    ["Files", `${plural(batch.files, "file")}, ${bytes(batch.bytes)}`],
    ["Bad records", `${integer(batch.bad)} (and ${integer(batch.unmatched)} without a declared key)`],
  ];
  for (const [topic, partition, start, end] of batch.ranges)
    pairs.push([`${topic}-${partition}`, `offsets ${integer(start)} to ${integer(end)} (${plural(end - start, "record")})`]);
  if (batch.more_ranges) pairs.push(["and", plural(batch.more_ranges, "more partition")]);
  return el("dl", { class: "pairs" }, pairs.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

const RESULTS = { committed: "committed", empty: "empty", skipped: "was there" };
const batchTable = new Table({
  caption: "The last 100 batches, newest first",
  columns: [
    { head: "Batch", cell: (b) => integer(b.id), mark: (b) => b.id },
    { head: "Committed", cell: (b) => at(b.committed_ms), mark: (b) => b.committed_ms },
    { head: "Records", number: true, cell: (b) => integer(b.records) },
    { head: "Rows", number: true, cell: (b) => integer(b.rows) },
    { head: "Files", number: true, cell: (b) => integer(b.files) },
    { head: "Written", number: true, cell: (b) => bytes(b.bytes) },
    { head: "Phases", cell: phaseCell, mark: (b) => b.committed_ms, style: "phases" },
    { head: "Duration", number: true, cell: (b) => lasting(b.seconds) },
    { head: "Result", cell: (b) => RESULTS[b.result] ?? b.result },
    { head: "Version", number: true, cell: (b) => integer(b.version) },
  ],
  key: (b) => b.id,
  more: batchDetails,
  first: 10,
  empty: "No batch is committed yet.",
});
byId("batch-table").append(batchTable.root);

function lagBar(row, most) {
  const share = most > 0 ? (row.lag_records / most) * 100 : 0;
  return svg("svg", { class: "lagbar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "back", width: 100, height: 10 }), share > 0 && svg("rect", { width: share, height: 10 }));
}

const partitionTable = new Table({
  caption: "Partitions, the worst first",
  columns: [
    { head: "Topic", cell: (p) => p.topic },
    { head: "Partition", number: true, cell: (p) => (p.partition == null ? `${integer(p.partitions)} in all` : String(p.partition)) },
    { head: "In Kafka up to", number: true, cell: (p) => integer(p.latest) },
    { head: "In the table up to", number: true, cell: (p) => integer(p.committed) },
    { head: "Waiting", number: true, cell: (p) => [integer(p.lag_records), lagBar(p, p.most)], mark: (p) => `${p.lag_records}/${p.most}` },
    { head: "Delay", number: true, cell: (p) => lasting(p.lag_seconds) },
    { head: "Arriving", number: true, cell: (p) => `${short(p.arriving)}/s` },
  ],
  key: (p) => `${p.topic} ${p.partition}`,
  first: 12,
  empty: "Kafka has not said yet what there is.",
});
byId("partition-table").append(partitionTable.root);

const versionTable = new Table({
  caption: "The last 50 versions of the table that this query wrote, newest first",
  columns: [
    { head: "Version", cell: (b) => integer(b.version) },
    { head: "Committed", cell: (b) => at(b.committed_ms), mark: (b) => b.committed_ms },
    { head: "Batch", number: true, cell: (b) => integer(b.id) },
    { head: "Rows", number: true, cell: (b) => integer(b.rows) },
    { head: "Files", number: true, cell: (b) => integer(b.files) },
    { head: "Size", number: true, cell: (b) => bytes(b.bytes) },
    { head: "Bytes a row", number: true, cell: (b) => (b.rows > 0 ? (b.bytes / b.rows).toFixed(1) : "–") },
    { head: "Others in between", number: true, cell: (b) => (b.foreign > 0 ? plural(b.foreign, "version") : "none") },
  ],
  key: (b) => b.version,
  first: 8,
  empty: "This run has written no version yet.",
});
byId("version-table").append(versionTable.root);

const badList = new BadList(byId("bad-list"));
const config = new ConfigView(byId("config-table"));
const log = new LogView(byId("log-lines"), byId("log-hint"));

const range = new RangeChoice(() => page.changed());

// Ten minutes until there is more to see.
function shownRange(model) {
  const lived = (model.now_ms - model.query.started_ms) / 1000;
  if (lived > 1200) range.usual = 3600;
  return range.shown(lived);
}

const level = (bad, warning) => (bad ? "bad" : warning ? "warning" : null);

function drawTiles({ now, totals, batches, query, partition_count: count }, data, from, to) {
  const spark = (key, fromZero = true) => ({ t: data.t, values: data[key], from, to, fromZero });
  const [ageValue, ageUnit] = age(now.age);
  const [commitValue, commitUnit] = age(now.commit_age);
  const newest = batches[0];
  tiles.set("rows", { value: short(now.rows), unit: "/s", sub: `${integer(totals.rows)} since the start`, spark: spark("rows") });
  tiles.set("age", {
    value: ageValue, unit: ageUnit, spark: spark("age"),
    sub: now.age == null ? "nothing is in the table yet" : now.lag_records === 0 && now.age > FRESH_SECONDS ? "age of the newest row; nothing newer is in Kafka" : "age of the newest row",
    level: level(false, now.lag_seconds > FRESH_SECONDS),
  });
  tiles.set("lag", {
    value: count === 0 ? "–" : short(now.lag_records), unit: count === 0 ? "" : now.lag_records === 1 ? "record" : "records", spark: spark("lag_records"),
    sub: count === 0 ? "Kafka has not said yet" : now.lag_records === 0 ? "all that is in Kafka is read" : `the oldest for ${lasting(now.lag_seconds)}`,
    level: level(false, now.lag_seconds > FRESH_SECONDS),
  });
  tiles.set("commit", {
    value: commitValue, unit: commitUnit && `${commitUnit} ago`, spark: spark("commit_age"),
    sub: newest ? `batch ${integer(newest.id)}, ${plural(newest.rows, "row")}` : query.trigger,
    level: level(now.commit_age > 300 && now.lag_records > 0, false),
  });
  const share = totals.records > 0 ? totals.bad / totals.records : 0;
  tiles.set("bad", {
    value: short(totals.bad), spark: spark("bad"),
    sub: totals.records === 0 ? "of no record yet" : totals.unmatched > 0 ? `${percent(share)}; ${short(totals.unmatched)} without a declared key` : `${percent(share)} of ${plural(totals.records, "record")}`,
    level: level(share > 0.5, share > 0.01),
  });
  tiles.set("version", {
    value: newest ? integer(newest.version) : "–", sub: `${plural(totals.files, "file")}, ${bytes(totals.bytes)} since the start`,
    spark: spark("version", false),
  });
}

function drawBatches({ batches, query }) {
  const bars = [...batches].reverse().map((batch) => {
    const values = partsOf(batch);
    return { name: `batch ${integer(batch.id)}`, total: sumOf(values), values };
  });
  batchChart.update(bars, query.trigger_seconds, Math.min(Math.max(batches.length, 40), MOST_BATCHES));
  batchTable.update(batches);
  versionTable.update(batches.filter((b) => b.result !== "skipped").slice(0, MOST_VERSIONS));
  setText(byId("batches-hint"), batches.length > 0 ? `The last ${integer(batches.length)}; a batch ${query.trigger}.` : `A batch ${query.trigger}.`);
}

function drawPartitions({ partitions, partition_count: count, totals }) {
  const most = partitions.reduce((m, p) => Math.max(m, p.lag_records), 0);
  partitionTable.update(partitions.map((p) => ({ ...p, most })));
  setText(byId("partitions-hint"), count > partitions.length ? `${integer(count)} partitions, summed by topic; the worst first.` : count > 0 ? `${plural(count, "partition")}, the worst first.` : "");
  setText(byId("versions-hint"), totals.commit_attempts > 0
    ? `${plural(totals.commit_attempts, "try", "tries")} at a commit, ${integer(totals.commit_conflicts)} lost to other writers.` : "");
}

function drawHead(model) {
  const { query } = model;
  setText(byId("name"), query.name);
  setText(byId("topics"), query.topics.length === 1 ? `topic ${query.topics[0]}` : `topics ${query.topics.join(", ")}`);
  setText(byId("table"), query.table);
  drawHeadline(model, query.name);
  drawLinks(model.links);
  const { now, totals } = model;
  const [up, unit] = lastingParts((model.now_ms - query.started_ms) / 1000);
  const lost = totals.updates_dropped > 0 ? ` · ${integer(totals.updates_dropped)} updates of this page were dropped` : "";
  setText(byId("foot"), `${model.program} · up for ${up} ${unit} · ${short(now.cpu)} cores · ${bytes(now.memory_bytes)} of memory · run ${query.run_id || "not begun"}${lost}`);
}

function draw(model) {
  const shown = shownRange(model);
  const to = Math.floor(model.now_ms / 1000);
  const data = between(model.history, CHART_KEYS, to - shown, to);
  drawHead(model);
  drawTiles(model, data, to - shown, to);
  charts.forEach((chart) => chart.update(data, to - shown, to));
  drawBatches(model);
  drawPartitions(model);
  badList.update(model.bad, model.samples, model.totals, byId("bad-hint"));
  config.update(model.config);
  log.update(model.log);
}

function merge(model, name, data) {
  if (name === "trouble") model.bad = data.bad;
  if (name === "batch") {
    model.batches.unshift(data.batch);
    if (model.batches.length > MOST_BATCHES) model.batches.length = MOST_BATCHES;
    model.totals = data.totals;
  }
  if (name === "state" || name === "sample") {
    Object.assign(model, { now_ms: data.now_ms, headline: data.headline, state: data.state });
  }
  if (name === "sample") {
    const { now, totals, partitions, partition_count, warnings } = data;
    Object.assign(model, { now, totals, partitions, partition_count, warnings });
    Object.assign(model.query, data.query);
    addPoint(model.history.fine, data.point, 600);
    addPoint(model.history.coarse, data.coarse_point, 360);
    addLog(model, data.log);
  }
}

const page = new Page(draw, merge);
page.start();
