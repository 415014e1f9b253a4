// SPDX-License-Identifier: Apache-2.0
// Nodes without markup in strings: what comes from records and logs can only ever be text.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child != null && child !== false));
  return node;
}

export const byId = (id) => document.getElementById(id);
export const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
export const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

// Only what changes is touched: selections and screen readers are left in peace.
export function setText(node, text) {
  const value = String(text);
  if (node.textContent !== value) node.textContent = value;
}

export function setAttribute(node, name, value) {
  if (value == null || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) {
    node.setAttribute(name, value);
  }
}

const GLYPHS = {
  good: "M10 1.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17Zm4.300 6.300-5.200 5.600a.9.9 0 0 1-1.300 0L5.600 11.200a.9.9 0 1 1 1.300-1.300l1.500 1.600 4.600-4.900a.9.9 0 1 1 1.300 1.200Z",
  note: "M10 1.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17Zm0 1.800a6.700 6.700 0 1 1 0 13.400 6.700 6.700 0 0 1 0-13.400Zm.9 2.500v4l2.600 1.600-.9 1.500-3.500-2.200V5.800h1.800Z",
  warning: "M11.500 2.400a1.700 1.700 0 0 0-3 0L1.600 15.100a1.700 1.700 0 0 0 1.500 2.500h13.800a1.700 1.700 0 0 0 1.500-2.500L11.500 2.400ZM9.100 7h1.800v5H9.100V7Zm0 6.300h1.800v1.800H9.100v-1.800Z",
  bad: "M6.500 1.500h7l5 5v7l-5 5h-7l-5-5v-7l5-5ZM9.100 5v6.200h1.800V5H9.100Zm0 8v1.900h1.800V13H9.100Z",
};

// A shape for each level: colour alone says nothing.
export const glyph = (level, size = 20) =>
  svg("svg", { viewBox: "0 0 20 20", width: size, height: size, "aria-hidden": "true" },
    svg("path", { d: GLYPHS[level] ?? GLYPHS.note, fill: "currentColor", "fill-rule": "evenodd" }));

export const chevron = () =>
  svg("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" },
    svg("path", { d: "M3 1l4 4-4 4", fill: "none", stroke: "currentColor", "stroke-width": "1.750", "stroke-linecap": "round", "stroke-linejoin": "round" }));
