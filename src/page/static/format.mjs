// SPDX-License-Identifier: Apache-2.0
// Numbers and times as people read them.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const NONE = "–";

const missing = (value) => value == null || Number.isNaN(value);

export const integer = (value) => (missing(value) ? NONE : whole.format(value));

// Three figures that count: 0.25, 12.5, 950, 12.5 k, 1.2 M.
export function short(value) {
  if (missing(value)) return NONE;
  const size = Math.abs(value);
  if (size >= 9.995e8) return `${digits(value / 1e9)} G`;
  if (size >= 9.995e5) return `${digits(value / 1e6)} M`;
  if (size >= 9999.5) return `${digits(value / 1e3)} k`;
  if (size >= 100 || Number.isInteger(value)) return whole.format(value);
  return digits(value);
}

function digits(value) {
  const size = Math.abs(value);
  if (size >= 99.95) return value.toFixed(0);
  if (size >= 9.995) return trim(value.toFixed(1));
  return trim(value.toFixed(2));
}

const trim = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

export function bytes(value) {
  if (missing(value)) return NONE;
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    ++unit;
  }
  return `${unit === 0 ? whole.format(value) : digits(value)} ${units[unit]}`;
}

// [number, unit]: 35 ms, 1.2 s, 42 s, 12 min, 3.5 h, 2 days.
export function lastingParts(seconds) {
  if (missing(seconds)) return [NONE, ""];
  const s = Math.max(seconds, 0);
  if (s === 0) return ["0", "s"];
  if (s < 0.9995) return [whole.format(Math.max(s * 1000, 1)), "ms"];
  if (s < 9.95) return [s.toFixed(1), "s"];
  if (s < 99.5) return [s.toFixed(0), "s"];
  if (s < 5970) return [(s / 60).toFixed(0), "min"];
  if (s < 172800) return [trim((s / 3600).toFixed(1)), "h"];
  return [(s / 86400).toFixed(0), "days"];
}

export const lasting = (seconds) => lastingParts(seconds).join(" ").trim();

// Ages tick by the second: nobody wants to see their milliseconds.
export function age(seconds) {
  if (missing(seconds)) return [NONE, ""];
  return seconds < 1 ? [Math.max(seconds, 0).toFixed(1), "s"] : lastingParts(seconds);
}

export const percent = (share) => (missing(share) ? NONE : `${share >= 0.1 || share === 0 ? (share * 100).toFixed(0) : (share * 100).toPrecision(2)} %`);

const pad = (value, length = 2) => String(value).padStart(length, "0");

// UTC.
export function clock(ms) {
  const at = new Date(ms);
  return `${pad(at.getUTCHours())}:${pad(at.getUTCMinutes())}:${pad(at.getUTCSeconds())}`;
}

export const shortClock = (ms) => clock(ms).slice(0, 5);
// Feeds say what they like of their time; of a moment outside of the calendar a date is an error.
const MOST_MS = 8.64e15;
export const iso = (ms) => (Math.abs(ms) <= MOST_MS ? new Date(ms).toISOString() : `${ms < 0 ? "before" : "after"} all calendars`);
export const moment = (ms) => iso(ms).replace("T", " ").replace(/\.\d+Z$/, " UTC");

export const plural = (count, one, many = `${one}s`) => `${integer(count)} ${count === 1 ? one : many}`;
