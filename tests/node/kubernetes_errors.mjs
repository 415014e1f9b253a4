// SPDX-License-Identifier: Apache-2.0
// What the schemas of Kubernetes and of the Prometheus operator have against objects. Reads a JSON list of objects;
// writes a list of texts, empty where an object is right.
import { readFileSync } from "node:fs";

const OPERATOR = "@kubernetes-models/prometheus-operator";

async function modelOf({ apiVersion, kind }) {
  const from = apiVersion.startsWith("monitoring.coreos.com/") ? OPERATOR : "kubernetes-models";
  return (await import(`${from}/${apiVersion}/${kind}`))[kind];
}

async function errorOf(object) {
  try {
    const Model = await modelOf(object);
    new Model(object).validate();
    return "";
  } catch (error) {
    return `${object.kind}: ${error.message}`;
  }
}

const objects = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(await Promise.all(objects.map(errorOf))));
