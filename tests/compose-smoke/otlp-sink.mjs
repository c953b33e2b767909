// Receives OTLP metrics over HTTP (protobuf) and shows them at /metrics under the names that Prometheus' own OTLP receiver would give them.
import { createServer } from "node:http";

/** A process that has died is forgotten after this long. */
const FORGET_AFTER_MILLISECONDS = 60_000;

const units = { s: "seconds", ms: "milliseconds", By: "bytes", "%": "percent" };

/** The fields of a protobuf message: number -> values (numbers for varints, buffers for the rest). */
function* fields(buffer) {
    let at = 0;
    function varint() {
        let value = 0n;
        for (let shift = 0n; ; shift += 7n) {
            const byte = buffer[at++];
            value |= BigInt(byte & 0x7f) << shift;
            if (byte < 0x80) return value;
        }
    }
    while (at < buffer.length) {
        const tag = Number(varint());
        const take = (length) => buffer.subarray(at, (at += length));
        const value = [varint, () => take(8), () => take(Number(varint())), undefined, undefined, () => take(4)][tag & 7]();
        yield [tag >> 3, value];
    }
}

const all = (buffer, number) => [...fields(buffer)].filter(([n]) => n === number).map(([, value]) => value);
const one = (buffer, number) => all(buffer, number).at(-1);
const text = (buffer, number) => one(buffer, number)?.toString() ?? "";
const doubles = (buffer) => Array.from({ length: buffer.length / 8 }, (_, i) => buffer.readDoubleLE(i * 8));
const integers = (buffer) => Array.from({ length: buffer.length / 8 }, (_, i) => Number(buffer.readBigInt64LE(i * 8)));

function attributes(pairs) {
    return pairs.map((pair) => {
        const [kind, value] = [...fields(one(pair, 2) ?? Buffer.alloc(0))][0] ?? [1, ""];
        return [text(pair, 1), kind === 4 ? value.readDoubleLE() : String(value)];
    });
}

const clean = (name) => name.replace(/[^a-zA-Z0-9_]/g, "_");

function nameOf(metric, isCounter, isGauge) {
    const unit = text(metric, 3);
    const suffix = unit === "1" ? (isGauge ? "ratio" : "") : unit.startsWith("{") ? "" : (units[unit] ?? clean(unit));
    const name = clean(text(metric, 1));
    return name + (suffix && !name.endsWith(suffix) ? `_${suffix}` : "") + (isCounter ? "_total" : "");
}

/** name{labels} -> [value, when it came] */
const series = new Map();

function store(name, labels, value) {
    const quoted = labels.map(([key, v]) => `${clean(key)}="${String(v).replace(/[\\"\n]/g, "_")}"`).sort();
    series.set(`${name}{${quoted.join(",")}}`, [value, Date.now()]);
}

function receive(request) {
    for (const resourceMetrics of all(request, 1)) {
        const resource = Object.fromEntries(attributes(all(one(resourceMetrics, 1) ?? Buffer.alloc(0), 1)));
        const identity = [["job", resource["service.name"]], ["instance", resource["service.instance.id"]]];
        // As Prometheus does: the process's own job and instance win over attributes of these names.
        const labelled = (pairs) => [...attributes(pairs).filter(([key]) => key !== "job" && key !== "instance"), ...identity];
        for (const metric of all(resourceMetrics, 2).flatMap((scope) => all(scope, 2))) {
            const [gauge, sum, histogram] = [one(metric, 5), one(metric, 7), one(metric, 9)];
            for (const point of all(gauge ?? sum ?? Buffer.alloc(0), 1)) {
                const value = one(point, 4) ? doubles(one(point, 4))[0] : one(point, 6) ? integers(one(point, 6))[0] : 0;
                store(nameOf(metric, sum && one(sum, 3) === 1n, gauge !== undefined), labelled(all(point, 7)), value);
            }
            for (const point of all(histogram ?? Buffer.alloc(0), 1)) {
                const name = nameOf(metric, false, false);
                const labels = labelled(all(point, 9));
                const bounds = [...doubles(Buffer.concat(all(point, 7))), "+Inf"];
                let below = 0;
                integers(Buffer.concat(all(point, 6))).forEach((count, i) => store(`${name}_bucket`, [...labels, ["le", bounds[i]]], (below += count)));
                store(`${name}_count`, labels, integers(one(point, 4))[0]);
                store(`${name}_sum`, labels, one(point, 5) ? doubles(one(point, 5))[0] : 0);
            }
        }
    }
}

createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.method === "POST") {
        if (request.url === "/v1/metrics") receive(Buffer.concat(chunks));
        response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
        return;
    }
    for (const [key, [, at]] of series) if (Date.now() - at > FORGET_AFTER_MILLISECONDS) series.delete(key);
    const lines = [...series].map(([key, [value]]) => `${key} ${value}\n`).sort();
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(lines.join(""));
}).listen(4318);

process.on("SIGTERM", () => process.exit(0));
