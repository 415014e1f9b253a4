// SPDX-License-Identifier: Apache-2.0
// Keeps up with the server: by server-sent events, by asking again and again where those fail.

const NAMES = ["snapshot", "sample", "batch", "trouble", "state", "feed"];
const SILENCE_MS = 4000; // a sample comes each second
const DEAF_MS = 20000;
const REOPEN_MS = 12000;
const POLL_MS = 2000;
const SLOWEST_POLL_MS = 10000;

// `handle(name, data)` takes what comes; `tell(state, seconds)` hears of connecting, live, polling, stale,
// reconnecting.
export class Live {
  constructor(handle, tell) {
    this.handle = handle;
    this.tell = tell;
    this.heard = Date.now();
    this.state = "connecting";
  }

  start() {
    this.open();
    setInterval(() => this.watch(), 1000);
  }

  open() {
    clearTimeout(this.reopening);
    this.source?.close();
    const source = new EventSource("/events");
    this.source = source;
    this.opened = Date.now();
    for (const name of NAMES) {
      source.addEventListener(name, (event) => {
        this.stopPolling();
        this.take(name, JSON.parse(event.data), "live");
      });
    }
    source.onerror = () => {
      if (source !== this.source) return;
      if (this.state !== "polling") this.set("reconnecting");
      this.startPolling();
      // Closed for good: full, or refused by the browser. It tries by itself only otherwise.
      if (source.readyState === EventSource.CLOSED) this.reopening = setTimeout(() => this.open(), REOPEN_MS);
    };
  }

  take(name, data, state) {
    this.heard = Date.now();
    this.set(state);
    this.handle(name, data);
  }

  startPolling() {
    if (this.polling) return;
    this.pause = POLL_MS;
    this.polling = setTimeout(() => this.poll(), POLL_MS);
  }

  stopPolling() {
    clearTimeout(this.polling);
    this.polling = null;
  }

  async poll() {
    let data = null;
    try {
      const answer = await fetch("/api/v1/status", { cache: "no-store" });
      if (answer.ok) data = await answer.json();
    } catch {
      // Nobody there: asked again below.
    }
    if (!this.polling) return; // the events are back
    this.pause = data ? POLL_MS : Math.min(this.pause * 1.5, SLOWEST_POLL_MS);
    if (data) this.take("snapshot", data, "polling");
    else this.set("reconnecting");
    this.polling = setTimeout(() => this.poll(), this.pause);
  }

  watch() {
    const silent = Date.now() - this.heard;
    if (this.state === "live" && silent > SILENCE_MS) this.set("stale");
    else if (this.state === "stale" || this.state === "reconnecting") this.set(this.state);
    if (this.state === "stale" && silent > DEAF_MS && Date.now() - this.opened > DEAF_MS) this.open();
  }

  set(state) {
    this.state = state;
    this.tell(state, Math.round((Date.now() - this.heard) / 1000));
  }
}
