// SPDX-License-Identifier: Apache-2.0
// Tables whose rows stay when their numbers change: what is focused or opened stays so.

import { chevron, el, setAttribute } from "./dom.mjs";

// columns: [{head, cell(row) -> node or text, number, style}]; the first is the row's header.
// key(row): what a row is known by; more(row): nodes for an opened row, or nothing.
export class Table {
  constructor({ caption, columns, key, more = null, first = Infinity, empty, style = null, fewer = (count) => `Show the first ${count}` }) {
    Object.assign(this, { columns, key, more, first, fewer });
    this.rows = new Map();
    this.opened = new Set();
    this.body = el("tbody");
    const heads = columns.map((c) => el("th", { scope: "col", class: c.number ? "n" : null }, c.head));
    this.scroller = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
      el("table", { class: style }, el("caption", { class: "unseen" }, caption), el("thead", {}, el("tr", {}, heads)), this.body));
    this.nothing = el("p", { class: "empty" }, empty);
    this.button = el("button", { type: "button", class: "foot-button" });
    this.button.addEventListener("click", () => {
      this.all = !this.all;
      this.update(this.data);
    });
    this.root = el("div", {}, this.nothing, this.scroller, this.button);
    this.update([]);
  }

  update(data) {
    this.data = data;
    this.nothing.hidden = data.length > 0;
    this.scroller.hidden = data.length === 0;
    this.button.hidden = data.length <= this.first;
    this.button.textContent = this.all ? this.fewer(this.first) : `Show all ${data.length}`;
    const shown = this.all ? data : data.slice(0, this.first);
    const kept = new Map();
    const nodes = shown.flatMap((row) => {
      const key = this.key(row);
      const made = this.rows.get(key) ?? this.make(key);
      kept.set(key, made);
      this.fill(made, row);
      return this.opened.has(key) ? [made.tr, this.openRow(made, row)] : [made.tr];
    });
    this.rows = kept;
    if (nodes.length !== this.body.childNodes.length || nodes.some((n, i) => n !== this.body.childNodes[i])) {
      const focused = this.body.contains(document.activeElement) ? document.activeElement : null;
      this.body.replaceChildren(...nodes);
      focused?.focus({ preventScroll: true });
    }
  }

  make(key) {
    const cells = this.columns.map((c, i) =>
      el(i === 0 ? "th" : "td", { scope: i === 0 ? "row" : null, class: [c.number && "n", c.style].filter(Boolean).join(" ") || null }));
    const made = { key, cells, seen: [], tr: el("tr", {}, cells) };
    if (this.more) {
      made.button = el("button", { type: "button", class: "expander", "aria-expanded": "false" }, chevron());
      made.button.addEventListener("click", () => this.toggle(made));
    }
    return made;
  }

  fill(made, row) {
    made.row = row;
    this.columns.forEach((column, i) => {
      const content = column.cell(row);
      const mark = column.mark ? column.mark(row) : content;
      if (made.seen[i] === mark && mark != null) return;
      made.seen[i] = mark;
      const parts = Array.isArray(content) ? content : [content];
      made.cells[i].replaceChildren(...(i === 0 && made.button ? [made.button] : []), ...parts.filter((p) => p != null && p !== false));
    });
    if (made.button) setAttribute(made.button, "aria-label", `Details of ${made.cells[0].textContent}`);
  }

  toggle(made) {
    const open = !this.opened.has(made.key);
    if (open) this.opened.add(made.key);
    else this.opened.delete(made.key);
    setAttribute(made.button, "aria-expanded", String(open));
    this.update(this.data);
  }

  openRow(made, row) {
    const content = this.more(row);
    if (!made.moreRow) {
      made.moreRow = el("tr", { class: "more" }, el("td", { colspan: this.columns.length }, content));
    } else if (made.moreRow.textContent !== content.textContent) {
      made.moreRow.firstChild.replaceChildren(content);
    }
    return made.moreRow;
  }
}
