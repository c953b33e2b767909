// The scenarios of ./test comfyui: each submits to a LockN Gen that was started for it, in front of a live ComfyUI. Arguments: its address, ComfyUI's
// address, and the headers that ComfyUI wants.
import { randomUUID } from "node:crypto";

const [lockngen, comfyui, ...headerLines] = process.argv.slice(2);
const headers = Object.fromEntries(headerLines.map((line) => [line.slice(0, line.indexOf(":")).trim(), line.slice(line.indexOf(":") + 1).trim()]));
const patience = 300_000;
const ours = [];
let catalog, checkpoints;

class Skip extends Error {}
const check = (holds, what) => {
  if (!holds) throw new Error(what);
};
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function api(path, options = {}) {
  const answer = await fetch(lockngen + path, { signal: AbortSignal.timeout(30_000), ...options });
  const text = await answer.text();
  return { status: answer.status, body: text && answer.headers.get("content-type")?.includes("json") ? JSON.parse(text) : text };
}
const post = (path, body) => api(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
const comfy = (path, body) =>
  fetch(comfyui + path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(30_000) });

// Asked for again and again: what is looked for is a state that nothing tells to a program without a socket.
async function until(what, ask, limit = patience) {
  for (const end = Date.now() + limit; Date.now() < end; await sleep(250)) {
    const found = await ask().catch(() => undefined);
    if (found) return found;
  }
  throw new Error(`${what} did not happen within ${limit / 1000} s`);
}
const ended = (id) =>
  until(`the end of ${id}`, async () => {
    const { body } = await api(`/api/generations/${id}`);
    return ["completed", "failed", "cancelled"].includes(body.status) && body;
  });
async function submit(workflow, more = {}) {
  const { status, body } = await post("/api/generations", { workflow, timeoutSeconds: 300, ...more });
  check(status === 202, `it was answered ${status}: ${JSON.stringify(body).slice(0, 300)}`);
  ours.push(body.id);
  return body.id;
}
async function completed(workflow, more) {
  const end = await ended(await submit(workflow, more));
  check(end.status === "completed", `it ${end.status}: ${end.error?.message ?? end.reason ?? ""}`);
  return end;
}

// A picture from stock nodes: an empty one, or where a server has only a checkpoint, one step of it.
let color = Math.floor(Math.random() * 0xffffff);
function picture({ steps = 1, seed = ++color } = {}) {
  const image = (node) => ({ 9: { class_type: "PreviewImage", inputs: { images: [node, 0] } } });
  if (catalog.EmptyImage && steps === 1)
    return { 1: { class_type: "EmptyImage", inputs: { width: 64, height: 64, batch_size: 1, color: seed % 0xffffff } }, ...image("1") };
  if (!checkpoints.length) throw new Skip("it has neither EmptyImage nor a checkpoint");
  return {
    4: { class_type: "CheckpointLoaderSimple", inputs: { ckpt_name: checkpoints[0] } },
    5: { class_type: "EmptyLatentImage", inputs: { width: 64, height: 64, batch_size: 1 } },
    6: { class_type: "CLIPTextEncode", inputs: { text: "a lighthouse", clip: ["4", 1] } },
    3: {
      class_type: "KSampler",
      inputs: {
        seed, steps, cfg: 1, sampler_name: "euler", scheduler: "normal", denoise: 1, model: ["4", 0], positive: ["6", 0], negative: ["6", 0], latent_image: ["5", 0],
      },
    },
    8: { class_type: "VAEDecode", inputs: { samples: ["3", 0], vae: ["4", 2] } },
    ...image("8"),
  };
}

// What was told on the way, as server-sent events, until the end.
async function timeline(id) {
  const answer = await fetch(`${lockngen}/api/sse/progress?generationId=${id}&after=0`, { signal: AbortSignal.timeout(patience) });
  const events = [];
  let text = "";
  for await (const chunk of answer.body) {
    text += Buffer.from(chunk).toString();
    for (let at; (at = text.indexOf("\n\n")) >= 0; text = text.slice(at + 2)) {
      const data = text.slice(0, at).split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5)).join("\n");
      if (data) events.push(JSON.parse(data));
    }
    if (events.some((event) => /completed|failed|cancelled/.test(event.type))) break;
  }
  return events;
}

const scenarios = {
  "the instance is up": async () => {
    const instance = await until("an instance that is up", async () => (await api("/api/instances")).body.instances.find((i) => i.state === "up"), 180_000);
    return `ComfyUI ${instance.version}${instance.reason ? `, ${instance.reason}` : ", live progress works"}`;
  },
  "its catalog is known": async () => {
    const models = await until("a catalog", async () => {
      const { body } = await api("/api/models");
      return body.samplers?.length && body;
    }, 120_000);
    catalog = await (await comfy("/object_info")).json();
    checkpoints = models.checkpoints;
    return `${Object.keys(catalog).length} node classes, ${checkpoints.length} checkpoints`;
  },
  "a picture is rendered and handed out": async () => {
    const end = await completed(picture());
    check(end.images.length === 1, `it has ${end.images.length} images`);
    const file = await fetch(lockngen + end.images[0].url);
    check(file.ok && file.headers.get("content-type") === "image/png", `the image was answered ${file.status} ${file.headers.get("content-type")}`);
    check((await file.arrayBuffer()).byteLength === end.images[0].bytes, "the image is not as long as told");
    return `${end.images[0].width} x ${end.images[0].height}, ${end.images[0].bytes} bytes`;
  },
  "the same again comes from the cache": async () => {
    const workflow = picture();
    await completed(workflow);
    const end = await completed(workflow);
    check(end.images.length === 1, `it has ${end.images.length} images`);
  },
  "a batch of two is two pictures": async () => {
    const end = await completed(picture(), { count: 2 });
    check(end.images.length === 2, `it has ${end.images.length} images`);
  },
  "progress comes while a sampler works": async () => {
    const id = await submit(picture({ steps: 20 }));
    const events = await timeline(id);
    check(events.at(-1).type === "generation.completed", `it ended with ${events.at(-1).type}`);
    const overall = events.filter((e) => e.type === "generation.progress").map((e) => e.data.overallProgress);
    check(overall.length > 0, "no progress was told");
    check(overall.every((value, i) => i === 0 || value >= overall[i - 1]), `progress fell: ${overall}`);
    return `${overall.length} steps told, ${events.filter((e) => e.type === "generation.preview").length} previews`;
  },
  "a running one can be cancelled": async () => {
    const id = await submit(picture({ steps: 1000 }));
    await until("its start", async () => (await api(`/api/generations/${id}`)).body.status === "running");
    await post(`/api/generations/${id}/cancel`);
    const end = await ended(id);
    check(end.status === "cancelled", `it ${end.status}`);
    return end.reason;
  },
  "a waiting one can be cancelled": async () => {
    await post("/api/queue/pause");
    try {
      const id = await submit(picture());
      await post(`/api/generations/${id}/cancel`);
      check((await ended(id)).status === "cancelled", "it was not cancelled");
    } finally {
      await post("/api/queue/resume");
    }
  },
  "a text is a result": async () => {
    if (!catalog.PreviewAny || !catalog.StringConcatenate) throw new Skip("it has no StringConcatenate and PreviewAny");
    const end = await completed({
      1: { class_type: "StringConcatenate", inputs: { string_a: "a", string_b: "b", delimiter: " " } },
      2: { class_type: "PreviewAny", inputs: { source: ["1", 0] } },
    });
    check(end.images[0]?.kind === "text" && end.images[0].text.includes("a b"), `it has ${JSON.stringify(end.images)}`);
    return JSON.stringify(end.images[0].text);
  },
  "an unknown class is refused by name": async () => {
    const { status, body } = await post("/api/generations", { workflow: { 1: { class_type: "NoSuchNodeHere", inputs: {} } } });
    check(status === 400 && JSON.stringify(body).includes("NoSuchNodeHere"), `it was answered ${status}`);
    return body.errors?.[0]?.code;
  },
  "a value out of range is refused by name": async () => {
    const { status, body } = await post("/api/generations", {
      workflow: { 5: { class_type: "EmptyLatentImage", inputs: { width: 1, height: 64, batch_size: 1 } }, 9: { class_type: "PreviewImage", inputs: { images: ["5", 0] } } },
    });
    check(status === 400, `it was answered ${status}`);
    return body.errors?.map((e) => e.code).join(", ");
  },
  "somebody else's prompt is known with its picture": async () => {
    const id = randomUUID();
    const answer = await comfy("/prompt", { prompt: picture(), prompt_id: id, client_id: "lockngen-lab" });
    check(answer.ok, `POST /prompt was answered ${answer.status}`);
    const known = (await answer.json()).prompt_id ?? id;
    ours.push(known);
    const end = await ended(known);
    check(end.status === "completed" && end.images.length === 1, `it ${end.status} with ${end.images?.length} images`);
    return end.images[0].url;
  },
};

// Only what these scenarios have left in ComfyUI's history, which its own page shows.
async function cleanUp() {
  const history = await (await comfy("/history?max_items=200")).json();
  const left = Object.entries(history)
    .filter(([id, entry]) => ours.includes(id) || ours.includes(entry.prompt?.[3]?.lockngen?.generationId))
    .map(([id]) => id);
  if (left.length) await comfy("/history", { delete: left });
  return `${left.length} entries of its history removed`;
}

const counts = { passed: 0, failed: 0, skipped: 0 };
for (const [name, run] of Object.entries({ ...scenarios, "nothing is left in its history": cleanUp })) {
  const startedAt = Date.now();
  let outcome = "passed", detail;
  try {
    detail = await run();
  } catch (error) {
    outcome = error instanceof Skip ? "skipped" : "failed";
    detail = error.message;
  }
  counts[outcome]++;
  console.log(`${outcome.padEnd(8)} ${name.padEnd(50)} ${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${detail ?? ""}`);
  // Without a server or its catalog there is nothing to try.
  if (outcome === "failed" && (name === "the instance is up" || name === "its catalog is known")) break;
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed ? 1 : 0);
