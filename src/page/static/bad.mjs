// SPDX-License-Identifier: Apache-2.0
// Bad records by kind, with samples. All of it comes from strangers: it is only ever text.

import { el, setText } from "./dom.mjs";
import { bytes, integer, moment, plural } from "./format.mjs";

const WORDS = {
  not_json: "Not JSON",
  truncated: "Cut off before its end",
  not_an_object: "JSON, but no object",
  field_type: "A field of another type than declared",
  too_deep: "Nested too deep",
  number_too_long: "A number too long to be one",
};

export class BadList {
  constructor(host) {
    this.nothing = el("p", { class: "empty" }, "None: every record so far was what the schema says.");
    this.host = host;
    this.kinds = new Map();
    host.append(this.nothing);
  }

  update(kinds, samples, totals, hint) {
    setText(hint, totals.bad > 0 ? `${plural(totals.bad, "record")} since the start; their columns are NULL.` : "");
    this.nothing.hidden = kinds.length > 0;
    // A process that was started anew knows nothing of those before.
    for (const [name, parts] of this.kinds) {
      if (kinds.some(({ kind }) => kind === name)) continue;
      parts.root.remove();
      this.kinds.delete(name);
    }
    for (const kind of kinds) {
      if (!this.kinds.has(kind.kind)) this.add(kind.kind, this.kinds.size === 0);
      this.fill(this.kinds.get(kind.kind), kind, samples);
    }
  }

  add(name, open) {
    const parts = { title: el("b"), counts: el("span"), body: el("div") };
    parts.root = el("details", { class: "kind card", open }, el("summary", {}, parts.title, parts.counts), parts.body);
    this.kinds.set(name, parts);
    this.host.append(parts.root);
  }

  fill(parts, kind, samples) {
    setText(parts.title, WORDS[kind.kind] ?? kind.kind);
    setText(parts.counts, `${kind.kind}: ${plural(kind.count, "record")}, first ${moment(kind.first_ms)}, last ${moment(kind.last_ms)}`);
    const mark = kind.samples.map((s) => `${s.topic}-${s.partition}@${s.offset}`).join();
    if (parts.mark === mark && mark !== "") return;
    parts.mark = mark;
    if (kind.samples.length > 0) parts.body.replaceChildren(...kind.samples.map(sampleOf));
    else parts.body.replaceChildren(el("p", { class: "sample" }, samples ? "No sample was kept." : "Samples are switched off (monitor.samples: false)."));
  }
}

function sampleOf({ topic, partition, offset, detail, encoding, payload, bytes: size, cut }) {
  const notes = [bytes(size), cut && "cut", encoding === "base64" && "no UTF-8: in base64"].filter(Boolean).join(", ");
  return el("div", { class: "sample" },
    el("p", {}, el("b", {}, `${topic}-${partition}`), ` at offset ${integer(offset)} · ${notes}`),
    detail && el("p", {}, detail),
    el("pre", { tabindex: "0", "aria-label": `Message at offset ${offset}` }, payload));
}
