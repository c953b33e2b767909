// Arguments: the address of Standalone, that of its simulator, Standalone's process id, seconds, seed.
import { readFileSync } from "node:fs";
import net from "node:net";

const [lockngen, simulator, pid, seconds, seed] = process.argv.slice(2);
const maxMemory = 1024; // MB
const maxWait = 5000; // ms, of another user for GET /api/queue
const port = Number(new URL(lockngen).port);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Mulberry32: the same seed, the same cases.
let state = Number(seed) >>> 0;
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];
const bytes = (n) => Buffer.from(Array.from({ length: n }, () => below(256)));

// Values that readers get wrong, as raw JSON.
const odd = () =>
  pick([
    () => "null", () => "true", () => "-0", () => "1e400", () => "18446744073709551616", () => "NaN", () => '""', () => '"\\u0000"', () => '"\\ud800"', () => '"' + "x".repeat(below(5000)) + '"',
    () => "[".repeat(below(2000) + 1) , () => "[]", () => "{}", () => '{"a":1,"a":2}', () => '[["1",0],["1",-1]]', () => `${below(1e9)}`, () => '"../../etc/passwd"', () => '"\\r\\nX: y"',
  ])();
const sound = () =>
  JSON.stringify({
    workflow: {
      5: { class_type: "EmptyLatentImage", inputs: { width: 64, height: 64, batch_size: 1 } },
      3: { class_type: "KSampler", inputs: { seed: below(1e6), steps: 4, latent_image: ["5", 0], model: ["4", 0] } },
      9: { class_type: "PreviewImage", inputs: { images: ["8", 0] } },
    },
    count: 2, labels: { required: ["a=b"] }, metadata: { a: 1 }, extraData: { extra_pnginfo: {} }, priority: "normal", webhookUrl: "https://hooks.example/x", id: "7d1c9c52-3f0a-4d5e-9b61-2f8a4c7e1d03",
  });
// One or more values, or bytes, changed.
function mutate(json) {
  for (let n = below(3) + 1; n > 0; n--) {
    const values = [...json.matchAll(/"[^"]*"|\d+|\{\}|true/g)];
    const value = values.length && pick(values);
    if (value && random() < 0.8) json = json.slice(0, value.index) + odd() + json.slice(value.index + value[0].length);
    else {
      const at = below(json.length);
      json = json.slice(0, at) + pick(["", ",", "}", "]", "\u0000", "\ud800", ":"]) + json.slice(at + below(3));
    }
  }
  return json;
}

const failures = new Map();
let cases = 0;
function fail(kind, what) {
  const known = failures.get(kind) ?? [];
  if (known.push(what) <= 5) console.log(`FAILED ${kind}: ${what}`);
  failures.set(kind, known);
}

async function request(kind, method, path, body, headers) {
  const shown = `${method} ${path} ${String(body ?? "").slice(0, 200)}`;
  try {
    const answer = await fetch(lockngen + path, { method, body, headers: { "X-Session-Id": "mallory", ...headers }, signal: AbortSignal.timeout(20_000) });
    await answer.arrayBuffer();
    // 503 and 507 are said on purpose.
    if (answer.status >= 500 && answer.status !== 503 && answer.status !== 507) fail(kind, `${shown} was answered ${answer.status}`);
  } catch (error) {
    fail(kind, `${shown}: ${error.cause?.message ?? error.message}`);
  }
}

// As it is, down to the bytes; what is answered first, if anything.
function raw(kind, head, body) {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => {
      socket.write(head);
      socket.end(body);
    });
    let answer = "";
    socket.on("data", (data) => (answer += data.toString("latin1")));
    socket.on("error", () => resolve());
    socket.setTimeout(20_000, () => (fail(kind, `no answer to ${head.slice(0, 100)}`), socket.destroy()));
    socket.on("close", () => {
      if (/^HTTP\/1.1 5(?!03|07)/.test(answer)) fail(kind, `${JSON.stringify(head.slice(0, 200))} was answered ${answer.slice(0, 60)}`);
      resolve();
    });
  });
}

const kinds = {
  bodies: () => request("bodies", "POST", pick(["/api/generations", "/api/generations?dryRun=true", "/generate", "/api/webhooks", "/api/generations"]), mutate(sound()), { "content-type": pick(["application/json", "text/plain;charset=nonsense", "application/json; charset=utf-7"]) }),
  webhooks: () => request("webhooks", "POST", "/api/webhooks", `{"url":${pick([odd(), '"http://[::ffff:0:127.0.0.1]/"', '"http://a b/"', '"https://x/%zz"'])},"eventTypes":${odd()}}`, { "content-type": "application/json" }),
  queries: () => request("queries", "GET", pick(["/api/generations?limit=", "/api/generations?cursor=", "/api/generations?from=", "/api/generations/", "/api/generations/x/images/", "/api/sse/progress?generationId=", "/api/realtime/progress?x=", "/api/webhooks?cursor="]) + encodeURIComponent(pick(["%00", "'\"", "9".repeat(400), "é".repeat(50), "-1", ""]))),
  uploads: () => {
    const boundary = "b" + below(1e6);
    const part = `--${boundary}\r\nContent-Disposition: form-data; name="${pick(["file", "image", "x", "fi\"le"])}"; filename="${pick(["a.png", "\u00e9", "..", "a\r\nX: y"])}"\r\nContent-Type: ${pick(["image/png", "x", "a/b\r\nC: d"])}\r\n\r\n`;
    const body = Buffer.concat([Buffer.from(part), pick([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(0), Buffer.from("RIFF")]), bytes(below(3000)), Buffer.from(pick(["", `\r\n--${boundary}--\r\n`, `\r\n--${boundary}`, "\r\n--other--"]))]);
    const length = pick([body.length, body.length, body.length + 100, Math.max(0, body.length - 10)]);
    return raw("uploads", `POST /api/uploads HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Session-Id: mallory\r\nContent-Type: multipart/form-data; boundary=${pick([boundary, `"${boundary}"`, "", "x".repeat(300)])}\r\nContent-Length: ${length}\r\n\r\n`, body);
  },
  sockets: () => {
    const frame = (opcode, payload) => Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | Math.min(payload.length, 125), 0, 0, 0, 0]), payload.subarray(0, 125)]);
    const frames = Buffer.concat(Array.from({ length: below(6) + 1 }, () => pick([() => frame(1, Buffer.from(mutate('{"type":"subscribe","generationIds":["7d1c9c52-3f0a-4d5e-9b61-2f8a4c7e1d03"]}'))), () => frame(below(16), bytes(below(100))), () => bytes(below(60)), () => Buffer.from([0x81, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255])])()));
    return raw("sockets", `GET /api/ws/progress HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bG9ja25nZW4tcHJvYmUtMQ==\r\n\r\n`, frames);
  },
  frames: () => {
    const text = random() < 0.5;
    const body = text
      ? mutate('{"type":"progress_state","data":{"prompt_id":"x","nodes":{"3":{"value":1,"max":4,"state":"running","node_id":"3","prompt_id":"x"}},"output":{"images":[{"filename":"a","type":"output"}]}}}').replace('"progress_state"', () => JSON.stringify(pick(["progress_state", "progress", "executing", "executed", "status", "execution_error", "execution_cached", "x"])))
      : Buffer.concat([Buffer.from([0, 0, 0, below(6), 0, 0, 0, below(4)]), bytes(below(2000))]);
    return fetch(`${simulator}/simulator/frames?text=${text}`, { method: "POST", body: Buffer.from(body) }).catch((error) => fail("frames", error.message));
  },
  answers: async () => {
    const path = pick(["/queue", "/api/jobs", "/system_stats", "/internal/logs/raw", "/object_info"]);
    const body = mutate(pick(['{"queue_running":[[1,"a",{},{"client_id":"c"},["9"]]],"queue_pending":[]}', '{"jobs":[{"id":"a","status":"pending","priority":1}],"pagination":{"has_more":false}}', '{"system":{"comfyui_version":"1"}}', "<html>"]));
    const answer = { path, status: pick([200, 200, 200, 302, 401, 403, 404, 413, 429, 500, 502, 530]), contentType: pick(["application/json", "text/html", "text/plain"]), body, count: below(3) + 1, repeated: pick(["", "", '[1,"x",{},{},[]],']), times: below(20_000) };
    await fetch(`${simulator}/simulator/answers`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(answer) }).catch((error) => fail("answers", error.message));
  },
};

const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
let most = 0, longest = 0, waits = 0, over = false;
async function watch() {
  while (!over) {
    const startedAt = Date.now();
    try {
      most = Math.max(most, memory());
      const answer = await fetch(`${lockngen}/api/queue`, { headers: { "X-Session-Id": "bob" }, signal: AbortSignal.timeout(30_000) });
      await answer.arrayBuffer();
      if (!answer.ok) fail("another user", `GET /api/queue was answered ${answer.status}`);
    } catch (error) {
      fail("another user", error.cause?.message ?? error.message);
    }
    longest = Math.max(longest, Date.now() - startedAt);
    waits++;
    await sleep(100);
  }
}

async function until(what, ask, limit = 60_000) {
  for (const end = Date.now() + limit; Date.now() < end; await sleep(250)) if (await ask().catch(() => false)) return true;
  fail(what, `not within ${limit / 1000} s`);
  return false;
}
const isUp = async () => (await (await fetch(`${lockngen}/api/instances`)).json()).instances.some((i) => i.state === "up");
const rendersOne = async () => {
  const body = JSON.stringify({ template: "txt2img", parameters: { prompt: "after all that" } });
  const answer = await fetch(`${lockngen}/generate`, { method: "POST", headers: { "content-type": "application/json", "X-Session-Id": "bob" }, body, signal: AbortSignal.timeout(55_000) });
  return answer.ok;
};

const checks = ["it starts", ...Object.keys(kinds), "another user", "memory", "latency", "the instance is up again", "it still renders"];
if (await until("it starts", isUp)) {
  const watching = watch();
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const batch = Array.from({ length: 8 }, () => pick(Object.keys(kinds)));
    cases += batch.length;
    await Promise.all(batch.map((kind) => kinds[kind]()));
  }
  over = true;
  await watching;
  await fetch(`${simulator}/simulator/answers`, { method: "DELETE" });
  await until("the instance is up again", isUp);
  // What was accepted by the way, mallory's, is in the queue before bob's.
  await until("it still renders", rendersOne, 120_000);
  if (most > maxMemory) fail("memory", `${most.toFixed(0)} MB, more than ${maxMemory}`);
  if (longest > maxWait) fail("latency", `another user waited ${longest} ms, more than ${maxWait}`);
}
console.log(`Seed ${seed}: ${cases} cases in ${seconds} s; at most ${most.toFixed(0)} MB; another user asked ${waits} times and waited at most ${longest} ms.`);
const failed = checks.filter((check) => failures.has(check)).length;
console.log(`${checks.length - failed} passed, ${failed} failed, 0 skipped`);
process.exit(failed ? 1 : 0);
