// @comfyorg/sdk, the official client of Comfy API v2; every answer is held against the published document.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { Comfy, HashMismatch, IdempotencyKeyReuse, InvalidWorkflow, MissingAsset, NotFound, WorkflowFormatUi } from "@comfyorg/sdk";
import { Farm, isPng, until, workflow } from "./farm.mjs";
import { check, checkEvent } from "./openapi.mjs";

let farm, comfy;
const wrong = [];
const plainFetch = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const response = await plainFetch(input, init);
  const url = typeof input === "string" ? input : (input.url ?? String(input));
  if (url.includes("/api/v2/") && !url.includes("/content/")) {
    const body = response.headers.get("content-type")?.includes("json") ? await response.clone().json() : undefined;
    try {
      check(init?.method ?? input.method ?? "GET", url, response.status, body);
    } catch (error) {
      wrong.push(error.message);
    }
  }
  return response;
};

before(async () => {
  farm = await Farm.start();
  process.env.COMFY_BASE_URL = farm.url;
  comfy = new Comfy();
});
after(async () => {
  await farm.stop();
  assert.deepEqual(wrong, []);
});

const load = (options) => comfy.workflows.fromJson(workflow(options));
const post = (path, body, headers) => fetch(`${farm.url}/api/v2${path}`, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } });

test("runs a workflow and has its picture", async () => {
  const job = await comfy.run(load({ seed: 1 }));
  assert.equal(job.status, "succeeded");
  const [output] = job.outputs;
  assert.ok(isPng(await output.toBytes()));
  const { url, expiresAt } = await output.getDownloadUrl();
  assert.ok(isPng(await (await plainFetch(url)).arrayBuffer()));
  assert.ok(expiresAt === null || expiresAt > new Date());
});

test("streams: where it stands first, outputs before the end", async () => {
  const job = await comfy.submit(load({ seed: 2, steps: 20 }));
  const kinds = [];
  const values = [];
  for await (const event of job.events()) {
    kinds.push(event.kind === "statusChange" ? event.status : event.kind);
    if (event.kind === "progress") values.push(event.value);
    if (event.kind === "preview") assert.ok(event.data.length > 100);
  }
  assert.ok(["queued", "running"].includes(kinds[0]), kinds.join());
  assert.equal(kinds.at(-1), "succeeded");
  assert.ok(kinds.includes("preview") && kinds.indexOf("outputReady") > 0);
  assert.deepEqual(values, [...values].sort((a, b) => a - b));
  await job.refresh();
  assert.equal(job.outputs.length, 1);
});

test("every event is one of the document", async () => {
  const job = await (await post("/jobs", { workflow: workflow({ seed: 3, steps: 10 }) })).json();
  const stream = await (await fetch(farm.url + job.urls.events)).text();
  const events = stream.split("\n\n").filter((e) => e.startsWith("event:"));
  assert.ok(events.length >= 3);
  for (const event of events) checkEvent(/^event: (.+)$/m.exec(event)[1], JSON.parse(/^data: (.+)$/m.exec(event)[1]));
});

test("uploads once, and works on it; a result is the input of the next", async () => {
  const first = await comfy.run(load({ seed: 4, steps: 1 }));
  const picture = await first.outputs[0].toBytes();
  const again = (image) => {
    const next = comfy.workflows.fromJson({ 1: { class_type: "LoadImage", inputs: { image: "" } }, 2: { class_type: "SaveImage", inputs: { images: ["1", 0], filename_prefix: "x" } } });
    next.setInput("1", "image", image);
    return comfy.run(next);
  };
  const asset = comfy.assets.fromBytes(picture, { filePath: "photo.png" });
  assert.equal((await again(asset)).status, "succeeded");
  assert.equal(asset.createdNew, true);
  const same = comfy.assets.fromBytes(picture, { filePath: "other.png" });
  assert.equal((await again(same)).status, "succeeded");
  assert.equal(same.createdNew, false);
  const reference = { __type: "core/ASSET", info: { id: first.outputs[0].id } };
  const third = await comfy.run(comfy.workflows.fromJson({ 1: { class_type: "LoadImage", inputs: { image: reference } }, 2: { class_type: "SaveImage", inputs: { images: ["1", 0], filename_prefix: "x" } } }));
  assert.equal(third.status, "succeeded");
  // The same bytes have the same hash, whichever way they came.
  const result = await (await fetch(`${farm.url}/api/v2/assets/${first.outputs[0].id}`)).json();
  const uploaded = await (await fetch(`${farm.url}/api/v2/assets/${asset.id}`)).json();
  assert.match(result.hash, /^blake3:[0-9a-f]{64}$/);
  assert.equal(result.hash, uploaded.hash);
  await comfy.assets.delete(asset.id);
  await assert.rejects(comfy.assets.get(asset.id), NotFound);
});

test("metadata comes back with a job, and finds it", async () => {
  const metadata = { order: randomUUID(), user: "me" };
  const job = await (await post("/jobs", { workflow: workflow({ seed: 11, steps: 1 }), metadata })).json();
  assert.deepEqual(job.metadata, metadata);
  // The list came to the contract after the document was published.
  const list = async (query) => (await (await plainFetch(`${farm.url}/api/v2/jobs?${query}`)).json()).jobs.map((found) => found.id);
  assert.deepEqual(await list(`metadata[order]=${metadata.order}&metadata[user]=me`), [job.id]);
  assert.deepEqual(await list(`metadata[order]=${metadata.order}&metadata[user]=you`), []);
  assert.equal((await (await post("/jobs", { workflow: workflow(), metadata: "a text" })).json()).error.code, "metadata_invalid");
});

test("cancels", async () => {
  const job = await comfy.submit(load({ seed: 5, steps: 300 }));
  await until("running", async () => (await job.refresh()).status === "running");
  await job.cancel();
  await job.wait(30_000).catch(() => {});
  assert.equal(job.status, "canceled");
  await job.cancel();
});

test("two jobs at once run on two GPUs", async () => {
  const jobs = await Promise.all([comfy.submit(load({ seed: 6, steps: 30 })), comfy.submit(load({ seed: 7, steps: 30 }))]);
  await until("two running", async () => (await Promise.all(jobs.map((j) => j.refresh()))).every((j) => j.status === "running"));
  for (const job of jobs) assert.equal((await job.wait()).status, "succeeded");
});

test("a job outlives the restart of ComfyUI and of the door", async () => {
  const job = await comfy.submit(load({ seed: 8, steps: 60 }));
  await until("running", async () => (await job.refresh()).status === "running");
  await Promise.all([farm.restartComfyUi(0), farm.restartComfyUi(1)]);
  await farm.restartDoor();
  await job.wait(60_000);
  assert.equal(job.status, "succeeded");
  assert.ok(isPng(await job.outputs[0].toBytes()));
});

test("refuses as the contract says", async () => {
  const bad = workflow();
  bad[3].inputs.steps = 100000;
  await assert.rejects(comfy.submit(comfy.workflows.fromJson(bad)), InvalidWorkflow);
  const answer = await (await post("/jobs", { workflow: bad })).json();
  assert.equal(answer.error.details.node_errors[3][0].field, "steps");
  assert.equal((await (await post("/jobs", { workflow: { nodes: [], links: [] } })).json()).error.code, "workflow_format_ui");
  const missing = { ...workflow(), 1: { class_type: "LoadImage", inputs: { image: { __type: "core/ASSET", info: { id: randomUUID() } } } } };
  await assert.rejects(comfy.submit(comfy.workflows.fromJson(missing)), MissingAsset);
  await assert.rejects(comfy.jobs.get(randomUUID()), NotFound);
  assert.equal((await post("/jobs", { workflow: workflow(), webhook_url: "http://example.com" })).status, 400);
  assert.equal((await post("/jobs", { workflow: workflow(), extra_data: { other: 1 } })).status, 400);
  assert.ok(HashMismatch && IdempotencyKeyReuse && WorkflowFormatUi);
});

test("a key is good for one job, and comes back from a refusal", async () => {
  const key = { "Idempotency-Key": randomUUID() };
  const bad = workflow();
  delete bad[9];
  assert.equal((await post("/jobs", { workflow: bad }, key)).status, 422);
  assert.equal((await post("/jobs", { workflow: workflow({ seed: 9, steps: 1 }) }, key)).status, 201);
  for (const seed of [9, 10]) {
    const again = await post("/jobs", { workflow: workflow({ seed, steps: 1 }) }, key);
    assert.deepEqual([again.status, (await again.json()).error.code], [422, "idempotency_key_reuse"]);
  }
});

test("hashes are checked, and never believed", async () => {
  const upload = async (fields, key) => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ content_type: "text/plain", file_path: "a.txt", ...fields })) form.append(name, value);
    form.append("file", new Blob(["some text of no importance"]), "a.txt");
    const response = await fetch(`${farm.url}/api/v2/assets`, { method: "POST", body: form, headers: key ? { "Idempotency-Key": key } : {} });
    return { status: response.status, body: await response.json() };
  };
  const key = randomUUID();
  const { status, body } = await upload({}, key);
  assert.equal(status, 201);
  assert.equal((await upload({}, key)).body.error.code, "idempotency_key_reuse");
  assert.equal((await upload({ expected_hash: body.hash })).status, 200);
  assert.equal((await upload({ expected_hash: `blake3:${"0".repeat(64)}` })).status, 409);
  assert.equal((await upload({ file_path: "models/checkpoints/x.safetensors" })).status, 422);
  assert.equal((await upload({ expires_in: "5" })).status, 422);
  assert.equal((await fetch(`${farm.url}/api/v2/assets/by-hash/${body.hash.replace(":", "%3A")}`, { method: "HEAD" })).status, 200);
  assert.equal((await post("/assets/from-hash", { hash: `blake3:${"1".repeat(64)}` })).status, 404);
  assert.equal((await post("/assets/from-hash", { hash: body.hash, file_path: "b.txt" })).status, 201);
  assert.equal((await post("/assets/from-hash", { hash: body.hash, file_path: "a.txt" })).status, 200);
  const range = await plainFetch(`${farm.url}/api/v2/assets/${body.id}/content`, { headers: { Range: "bytes=5-8" } });
  assert.deepEqual([range.status, await range.text()], [206, "text"]);
});
