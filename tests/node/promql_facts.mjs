// SPDX-License-Identifier: Apache-2.0
// What stands in PromQL expressions. Reads a JSON list of texts; writes for each {error} (the offset of the first
// mistake) or {selectors: [{metric, matchers: [[label, operator, value]], window, functions}]}: `functions` are the
// calls and aggregations around a selector, innermost first.
import { readFileSync } from "node:fs";
import { parser } from "@prometheus-io/lezer-promql";

function textOf(node, source) {
  return node ? source.slice(node.from, node.to) : null;
}

function matchersOf(selector, source) {
  const list = selector.getChild("LabelMatchers");
  return (list ? list.getChildren("UnquotedLabelMatcher") : []).map((matcher) => [
    textOf(matcher.getChild("LabelName"), source),
    textOf(matcher.getChild("MatchOp"), source),
    textOf(matcher.getChild("StringLiteral"), source).slice(1, -1),
  ]);
}

function around(selector, source) {
  const facts = { window: null, functions: [] };
  for (let node = selector.parent; node; node = node.parent) {
    if (node.name === "MatrixSelector") facts.window = textOf(node.getChild("DurationExpr"), source);
    if (node.name === "FunctionCall") facts.functions.push(textOf(node.getChild("FunctionIdentifier"), source));
    if (node.name === "AggregateExpr") facts.functions.push(textOf(node.getChild("AggregateOp"), source));
  }
  return facts;
}

function factsOf(source) {
  const selectors = [];
  let error = null;
  parser.parse(source).iterate({
    enter(ref) {
      if (ref.type.isError && error === null) error = ref.from;
      if (ref.name !== "VectorSelector") return;
      const metric = textOf(ref.node.getChild("Identifier"), source);
      selectors.push({ metric, matchers: matchersOf(ref.node, source), ...around(ref.node, source) });
    },
  });
  return error === null ? { selectors } : { error };
}

const sources = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(sources.map(factsOf)));
