// Holds every answer against the published document of Comfy API v2, which lies beside this file.
import { readFileSync } from "node:fs";
import Ajv from "ajv";
import { parse } from "yaml";

const document = parse(readFileSync(new URL("comfy-api-v2.yaml", import.meta.url), "utf8"));
const ajv = new Ajv({ strict: false, validateFormats: false });

/** OpenAPI 3.0 says nullable where JSON Schema has a type of its own. */
function convert(schema) {
  if (Array.isArray(schema)) return schema.map(convert);
  if (schema === null || typeof schema !== "object") return schema;
  if (schema.$ref) return convert(resolve(schema.$ref));
  const { nullable, example, ...rest } = schema;
  const converted = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, convert(value)]));
  return nullable ? { anyOf: [converted, { type: "null" }] } : converted;
}

const resolve = (reference) => reference.slice(2).split("/").reduce((at, name) => at[name], document);
const schemas = new Map();
const schemaOf = (schema) => {
  const key = JSON.stringify(schema);
  if (!schemas.has(key)) schemas.set(key, ajv.compile(convert(schema)));
  return schemas.get(key);
};

const paths = Object.keys(document.paths).map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`) }));

/** Throws when an answer is not one that the document knows. */
export function check(method, url, status, body) {
  const found = paths.find(({ pattern, path }) => pattern.test(new URL(url).pathname) && document.paths[path][method.toLowerCase()]);
  if (!found) throw new Error(`${method} ${url} is no operation of the document`);
  const operation = document.paths[found.path][method.toLowerCase()];
  const declared = operation.responses[status];
  // 400 for a body of the wrong shape is the proxy's own.
  if (!declared && status === 400) return;
  if (!declared) throw new Error(`${method} ${found.path} answered ${status}, which is none of ${Object.keys(operation.responses)}`);
  const answer = declared.$ref ? resolve(declared.$ref) : declared;
  const schema = answer.content?.["application/json"]?.schema;
  if (!schema || method === "HEAD") return;
  const validate = schemaOf(schema);
  if (!validate(body)) throw new Error(`${method} ${found.path} ${status}: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(body)}`);
}

/** The same for the data of an event of a stream. */
export function checkEvent(name, data) {
  const known = document.paths["/api/v2/jobs/{id}/events"].get["x-sse-events"][name];
  if (!known) throw new Error(`there is no event '${name}'`);
  const validate = schemaOf({ $ref: known.schema });
  if (!validate(data)) throw new Error(`event ${name}: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(data)}`);
}
