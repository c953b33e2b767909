import { readFileSync, readdirSync } from "node:fs";

const folder = new URL("../../docs/schemas/", import.meta.url);
const schemas = new Map(
    readdirSync(folder)
        .filter((file) => file.endsWith(".schema.json"))
        .map((file) => [file.slice(0, -".schema.json".length), JSON.parse(readFileSync(new URL(file, folder), "utf8"))]),
);

const KNOWN = new Set(["$schema", "$id", "title", "description", "type", "properties", "required", "items", "additionalProperties", "const", "enum", "format"]);

const formats = {
    uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
};

const isOfType = {
    object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    array: Array.isArray,
    string: (value) => typeof value === "string",
    boolean: (value) => typeof value === "boolean",
    integer: Number.isInteger,
    number: (value) => typeof value === "number",
    null: (value) => value === null,
};

/** What is wrong with an event by its published schema; an event of an unknown type is wrong. Empty = nothing. */
export function problemsOf(event) {
    const schema = schemas.get(event.type);
    return schema ? problems(event, schema, event.type) : [`there is no schema of ${event.type}`];
}

/** The part of JSON Schema that the published schemas use; a schema that uses more is reported rather than believed. */
function problems(value, schema, path) {
    if (schema === true) return [];
    const found = Object.keys(schema)
        .filter((keyword) => !KNOWN.has(keyword))
        .map((keyword) => `${path}: this check does not know the keyword ${keyword}`);
    const types = [schema.type ?? []].flat();
    if (types.length > 0 && !types.some((type) => isOfType[type](value))) return [...found, `${path} is no ${types.join(" or ")}: ${JSON.stringify(value)}`];
    if ("const" in schema && value !== schema.const) found.push(`${path} is not ${JSON.stringify(schema.const)}`);
    if (schema.enum && !schema.enum.includes(value)) found.push(`${path} is none of ${schema.enum.join(", ")}: ${JSON.stringify(value)}`);
    if (typeof value === "string" && formats[schema.format] && !formats[schema.format].test(value)) found.push(`${path} is no ${schema.format}: ${value}`);
    if (Array.isArray(value) && schema.items) return [...found, ...value.flatMap((item, index) => problems(item, schema.items, `${path}[${index}]`))];
    if (!isOfType.object(value)) return found;

    for (const name of schema.required ?? []) if (!(name in value)) found.push(`${path}.${name} is missing`);
    for (const [name, part] of Object.entries(value)) {
        const inner = schema.properties?.[name] ?? (typeof schema.additionalProperties === "object" ? schema.additionalProperties : true);
        found.push(...problems(part, inner, `${path}.${name}`));
    }
    return found;
}
