import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const folder = fileURLToPath(new URL('../../../../docs/schemas/', import.meta.url));
const ajv = new Ajv2020({ allErrors: true, strict: true });
addFormats.default(ajv);

const validators = new Map<string, ValidateFunction>(
  readdirSync(folder)
    .filter((file) => file.endsWith('.schema.json'))
    .map((file) => [
      file.slice(0, -'.schema.json'.length),
      ajv.compile(JSON.parse(readFileSync(folder + file, 'utf8'))),
    ]),
);

/** The names of all published schemas. */
export const published = [...validators.keys()];

/** What is wrong with a message by its published schema; empty = nothing. */
export function problemsOf(name: string, message: unknown): string[] {
  const validate = validators.get(name);
  if (!validate) {
    return [`there is no schema of ${name}`];
  }
  return validate(message)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message: problem }) => `${name}${instancePath} ${problem}`);
}
