// The door itself, with a plain socket: what real clients lean on and no single one of them shows.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import WebSocket from "ws";
import { Farm, isPng, signingKey, tokenOf, until, workflow } from "./farm.mjs";

const alice = tokenOf("alice");
const bob = tokenOf("bob");

let farm;
before(async () => {
  farm = await Farm.start({ environment: { Auth__SigningKey: signingKey }, token: alice });
});
after(() => farm.stop());

const bearer = (token) => ({ Authorization: `Bearer ${token}` });
const post = (path, body, headers) => fetch(farm.url + path, { method: "POST", body: JSON.stringify(body), headers });

function listen(token, clientId, query = "") {
  const socket = new WebSocket(`ws://${farm.host}/ws?clientId=${clientId}&token=${token}${query}`);
  const frames = [];
  socket.on("message", (data, isBinary) => frames.push(isBinary ? { type: `binary ${data.readInt32BE(0)} ${data.readInt32BE(4)}`, bytes: data } : JSON.parse(data)));
  socket.on("error", () => {});
  return { socket, frames, ended: (id) => until(`the end of ${id}`, () => frames.some((f) => f.type === "executing" && f.data.node === null && f.data.prompt_id === id)) };
}

async function submit(token, options, clientId) {
  const response = await post("/prompt", { prompt: workflow(options), client_id: clientId }, bearer(token));
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()).prompt_id;
}

test("every way to send a token opens the door, and without a token it stays closed", async () => {
  const basic = { Authorization: `Basic ${Buffer.from(`anyone:${alice}`).toString("base64")}` };
  for (const [path, headers] of [["/queue", bearer(alice)], ["/queue", basic], ["/queue", { "X-API-Key": alice }], [`/queue?token=${alice}`], [`/u/${alice}/queue`], [`/u/${alice}/api/queue`]])
    assert.equal((await fetch(farm.url + path, { headers })).status, 200, path);
  for (const headers of [{}, bearer(""), bearer("x.y.z"), { "X-API-Key": "wrong" }]) assert.equal((await fetch(`${farm.url}/queue`, { headers })).status, 401);
  assert.equal((await fetch(`${farm.url}/`)).status, 200);
});

test("a token that is revoked ends its open sockets, and opens nothing more", async () => {
  const [carol, operator] = [tokenOf("carol"), tokenOf("operator", "generations:admin")];
  const theirs = listen(carol, "revoked");
  const others = listen(alice, "revoked");
  const closed = new Promise((resolve) => theirs.socket.once("close", resolve));
  await until("both sockets", () => theirs.frames.length && others.frames.length);
  const answer = await fetch(`http://127.0.0.1:${farm.port}/api/auth/revocations`, {
    method: "POST", body: JSON.stringify({ subject: "carol" }), headers: { ...bearer(operator), "content-type": "application/json" },
  });
  assert.equal(answer.status, 204);
  await closed;
  assert.equal((await fetch(`${farm.url}/queue`, { headers: bearer(carol) })).status, 401);
  const again = listen(carol, "revoked");
  const refused = await new Promise((resolve) => again.socket.once("unexpected-response", (_, response) => resolve(response.statusCode)));
  assert.equal(refused, 401);
  assert.equal(others.socket.readyState, WebSocket.OPEN);
  others.socket.close();
});

test("owners neither see nor stop each other, whatever their client ids are", async () => {
  const mine = listen(alice, "comfyui-mcp");
  const theirs = listen(bob, "comfyui-mcp");
  const id = await submit(alice, { seed: 1, steps: 20 }, "comfyui-mcp");
  await until("running", async () => (await farm.get("/queue", bearer(alice))).queue_running.length === 1);
  assert.deepEqual(await farm.get("/queue", bearer(bob)), { queue_running: [], queue_pending: [] });
  await post("/interrupt", {}, bearer(bob));
  await post("/queue", { delete: [id] }, bearer(bob));
  await mine.ended(id);
  assert.ok(mine.frames.some((f) => f.type === "execution_success"));
  assert.deepEqual(theirs.frames.map((f) => f.type), ["status"]);
  assert.deepEqual(await farm.get(`/history/${id}`, bearer(bob)), {});
  const { filename } = (await farm.get(`/history/${id}`, bearer(alice)))[id].outputs[9].images[0];
  assert.equal((await fetch(`${farm.url}/view?filename=${filename}`, { headers: bearer(bob) })).status, 404);
  assert.ok(isPng(await (await fetch(`${farm.url}/view?filename=${filename}`, { headers: bearer(alice) })).arrayBuffer()));
  mine.socket.close();
  theirs.socket.close();
});

test("an id of the caller's comes back, and the same again is the same prompt", async () => {
  const id = randomUUID();
  const body = { prompt: workflow({ seed: 2, steps: 2 }), prompt_id: id };
  const first = await (await post("/prompt", body, bearer(alice))).json();
  const second = await (await post("/prompt", body, bearer(alice))).json();
  assert.deepEqual(second, first);
  assert.equal(first.prompt_id, id);
  assert.equal((await post("/prompt", { ...body, prompt: workflow({ seed: 3 }) }, bearer(alice))).status, 409);
  assert.equal((await post("/prompt", { ...body, prompt_id: "NOT-A-UUID" }, bearer(alice))).status, 400);
});

test("two simultaneous prompts of one client are reported one after the other, and a second socket receives the same", async () => {
  const one = listen(alice, "page");
  const two = listen(alice, "page");
  await until("two sockets", () => one.frames.length && two.frames.length);
  const ids = await Promise.all([submit(alice, { seed: 4, steps: 20 }, "page"), submit(alice, { seed: 5, steps: 8 }, "page")]);
  await Promise.all(ids.flatMap((id) => [one.ended(id), two.ended(id)]));
  for (const { frames, socket } of [one, two]) {
    const told = frames.map((f) => f.data?.prompt_id).filter(Boolean);
    assert.equal(told.filter((id, i) => id !== told[i - 1]).length, 2, "their frames were mixed");
    socket.close();
  }
});

test("a client that reconnects receives the current state, and then the rest", async () => {
  const first = listen(alice, "lost");
  const id = await submit(alice, { seed: 6, steps: 60 }, "lost");
  await until("progress", () => first.frames.some((f) => f.type === "progress"));
  first.socket.terminate();
  const second = listen(alice, "lost");
  await second.ended(id);
  const types = second.frames.map((f) => f.type);
  assert.deepEqual(types.slice(0, 2), ["status", "executing"]);
  assert.ok(!types.includes("execution_start"));
  assert.ok(types.includes("executed") && types.includes("execution_success"));
  second.socket.close();
});

test("the door is killed in mid-run: clients that reconnect receive the rest", async () => {
  const first = listen(alice, "killed");
  const id = await submit(alice, { seed: 7, steps: 60 }, "killed");
  await until("progress", () => first.frames.some((f) => f.type === "progress"));
  await farm.restartDoor();
  const second = listen(alice, "killed");
  await second.ended(id);
  assert.ok(second.frames.some((f) => f.type === "execution_success"));
  assert.ok(second.frames.some((f) => f.type === "executed"));
  second.socket.close();
});

test("kind 4 for those that ask for it, kind 1 for all others", async () => {
  const plain = listen(alice, "kinds");
  const rich = listen(alice, "kinds");
  rich.socket.on("open", () => rich.socket.send(JSON.stringify({ type: "feature_flags", data: { supports_preview_metadata: true } })));
  await until("flags", () => rich.frames.some((f) => f.type === "feature_flags"));
  const id = await submit(alice, { seed: 8, steps: 20 }, "kinds");
  await Promise.all([plain.ended(id), rich.ended(id)]);
  assert.ok(plain.frames.some((f) => f.type === "binary 1 1") && !plain.frames.some((f) => f.type.startsWith("binary 4")));
  const preview = rich.frames.find((f) => f.type.startsWith("binary 4"));
  const length = preview.bytes.readInt32BE(4);
  assert.deepEqual(JSON.parse(preview.bytes.subarray(8, 8 + length)), {
    node_id: "3", prompt_id: id, display_node_id: "3", parent_node_id: null, real_node_id: "3", image_type: "image/jpeg",
  });
  plain.socket.close();
  rich.socket.close();
});

test("pictures of SaveImageWebsocket come while their node is executing", async () => {
  const { socket, frames, ended } = listen(alice, "websocket");
  const id = await submit(alice, { seed: 9, steps: 2, save: "SaveImageWebsocket" }, "websocket");
  await ended(id);
  let node;
  const pictures = [];
  for (const frame of frames) {
    if (frame.type === "executing") node = frame.data.node;
    else if (frame.type === "binary 1 2" && node === "9") pictures.push(frame.bytes.subarray(8));
  }
  assert.equal(pictures.length, 1);
  assert.ok(isPng(pictures[0]));
  socket.close();
});

test("an upload keeps the name it was sent with, and parts come in any order", async () => {
  const upload = async (bytes, fields) => {
    const form = new FormData();
    form.append("image", new Blob([bytes]), "photo.png");
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    return (await fetch(`${farm.url}/upload/image`, { method: "POST", body: form, headers: bearer(alice) })).json();
  };
  const id = await submit(alice, { seed: 10, steps: 1 });
  const entry = await until("the history", async () => (await farm.get(`/history/${id}`, bearer(alice)))[id]);
  const view = (query) => fetch(`${farm.url}/view?${new URLSearchParams(query)}`, { headers: bearer(alice) });
  const one = Buffer.from(await (await view(entry.outputs[9].images[0])).arrayBuffer());
  const other = Buffer.concat([one, Buffer.from([0])]);
  assert.deepEqual(await upload(one, { overwrite: "true" }), { name: "photo.png", subfolder: "", type: "input" });
  assert.equal((await upload(one, {})).name, "photo.png");
  assert.equal((await upload(other, {})).name, "photo (1).png");
  assert.equal((await upload(other, { subfolder: "a/b" })).name, "photo.png");
  assert.equal((await upload(other, { overwrite: "1" })).name, "photo.png");
  const input = await view({ filename: "photo.png", type: "input" });
  assert.equal(input.headers.get("content-type"), "image/png");
  assert.deepEqual(Buffer.from(await input.arrayBuffer()), other);
  assert.equal((await view({ filename: "photo.png [input]" })).status, 200);
  assert.equal((await view({ filename: "photo.png", type: "input", preview: "webp;90" })).headers.get("content-type"), "image/webp");
  assert.equal((await view({ filename: "photo.png", type: "input", subfolder: "../.." })).status, 403);
  assert.equal((await fetch(`${farm.url}/view?filename=photo.png&type=input`, { headers: bearer(bob) })).status, 404);

  const again = { 1: { class_type: "LoadImage", inputs: { image: `${entry.outputs[9].images[0].filename} [output]` } }, 2: { class_type: "SaveImage", inputs: { images: ["1", 0], filename_prefix: "again" } } };
  const answer = await (await post("/prompt", { prompt: again }, bearer(alice))).json();
  const done = await until("its end", async () => (await farm.get(`/history/${answer.prompt_id}`, bearer(alice)))[answer.prompt_id]);
  assert.equal(done.status.status_str, "success");
  const missing = await post("/prompt", { prompt: { ...again, 1: { class_type: "LoadImage", inputs: { image: "nothing.png" } } } }, bearer(alice));
  assert.equal(missing.status, 400);
  assert.equal((await missing.json()).node_errors[1].errors[0].type, "custom_validation_failed");
});

test("a mask becomes the alpha of the picture that it is of, and pictures are shown small and by channel", async () => {
  const id = await submit(alice, { seed: 17, steps: 1 });
  const entry = await until("the history", async () => (await farm.get(`/history/${id}`, bearer(alice)))[id]);
  const image = entry.outputs[9].images[0];
  const view = (query) => fetch(`${farm.url}/view?${new URLSearchParams(query)}`, { headers: bearer(alice) });
  const bytes = async (query) => Buffer.from(await (await view(query)).arrayBuffer());
  for (const [query, type] of [[{ preview: "webp;90" }, "image/webp"], [{ preview: "jpeg;50" }, "image/jpeg"], [{ channel: "rgb" }, "image/png"], [{ channel: "a" }, "image/png"], [{}, "image/png"]])
    assert.equal((await view({ ...image, ...query })).headers.get("content-type"), type);
  const mask = async (file, original_ref) => {
    const form = new FormData();
    form.append("image", new Blob([file]), "clipspace-mask-1.png");
    form.append("original_ref", JSON.stringify(original_ref));
    return fetch(`${farm.url}/upload/mask`, { method: "POST", body: form, headers: bearer(alice) });
  };
  const transparent = await bytes({ ...image, channel: "a" });
  const answer = await mask(transparent, image);
  assert.deepEqual(await answer.json(), { name: "clipspace-mask-1.png", subfolder: "", type: "input" });
  const laid = { filename: "clipspace-mask-1.png", type: "input" };
  assert.deepEqual(await bytes({ ...laid, channel: "rgb" }), await bytes({ ...image, channel: "rgb" }));
  assert.equal((await mask(transparent, { filename: "clipspace-mask-1.png", type: "input" })).status, 200, "an upload can be masked, too");
  assert.equal((await mask(transparent, { filename: "nothing.png", type: "input" })).status, 400);
});

test("what is sent with front is the next", async () => {
  const running = await Promise.all([18, 19].map((seed) => submit(alice, { seed, steps: 200 })));
  await until("both run", async () => (await farm.get("/queue", bearer(alice))).queue_running.length === 2);
  const answer = await post("/prompt", { prompt: workflow({ seed: 20, steps: 1 }), front: true }, bearer(alice));
  assert.equal(answer.status, 200, "who may not move it waits like everybody");
  await post("/queue", { delete: [...running, (await answer.json()).prompt_id] }, bearer(alice));
});

test("deleting from the history hides, and the queue can be emptied", async () => {
  const id = await submit(alice, { seed: 12, steps: 1 });
  await until("the history", async () => (await farm.get("/history", bearer(alice)))[id]);
  await post("/history", { delete: [id] }, bearer(alice));
  assert.deepEqual(await farm.get(`/history/${id}`, bearer(alice)), {});
  assert.ok(!(id in (await farm.get("/history", bearer(alice)))));
  const ids = await Promise.all([13, 14, 15, 16].map((seed) => submit(alice, { seed, steps: 60 })));
  await post("/queue", { delete: ids }, bearer(alice));
  await until("an empty queue", async () => (await farm.get("/prompt", bearer(alice))).exec_info.queue_remaining === 0);
  const jobs = await farm.get("/api/jobs?status=cancelled", bearer(alice));
  assert.ok(ids.every((cancelled) => jobs.jobs.some((job) => job.id === cancelled)));
  assert.equal((await fetch(`${farm.url}/api/jobs/${randomUUID()}`, { headers: bearer(alice) })).status, 404);
});

test("ComfyUI's page finds what it starts with", async () => {
  for (const [path, expected] of [["/api/settings", {}], ["/api/settings/Comfy.Locale", null], ["/api/extensions", []], ["/api/users", { storage: "server", migrated: true }]])
    assert.deepEqual(await farm.get(path, bearer(alice)), expected, path);
  assert.ok((await farm.get("/api/experiment/models/checkpoints", bearer(alice))).some((m) => m.name === "v1-5-pruned-emaonly.safetensors" && m.pathIndex === 0));
  assert.equal((await fetch(`${farm.url}/api/experiment/models/nothing`, { headers: bearer(alice) })).status, 404);
});

test("refusals are in ComfyUI's words", async () => {
  const refused = async (change) => {
    const prompt = workflow();
    change(prompt);
    const response = await post("/prompt", { prompt }, bearer(alice));
    assert.equal(response.status, 400);
    return response.json();
  };
  const node = ({ node_errors }, id) => node_errors[id].errors.map((error) => error.type);
  assert.equal((await refused((p) => { p[9].class_type = "Nope"; })).error.type, "missing_node_type");
  assert.deepEqual(node(await refused((p) => { delete p[9].inputs.images; }), 9), ["required_input_missing"]);
  assert.deepEqual(node(await refused((p) => { p[3].inputs.steps = 100000; }), 3), ["value_bigger_than_max"]);
  assert.deepEqual(node(await refused((p) => { p[3].inputs.steps = 0; }), 3), ["value_smaller_than_min"]);
  assert.deepEqual(node(await refused((p) => { p[3].inputs.steps = "many"; }), 3), ["invalid_input_type"]);
  assert.deepEqual(node(await refused((p) => { p[3].inputs.sampler_name = "nope"; }), 3), ["value_not_in_list"]);
  assert.deepEqual(node(await refused((p) => { p[8].inputs.samples = ["4", 0]; }), 8), ["return_type_mismatch"]);
  assert.equal((await refused((p) => { delete p[9]; })).error.type, "prompt_no_outputs");
  assert.deepEqual((await refused((p) => { p[3].inputs.steps = 0; })).node_errors[3].dependent_outputs, ["9"]);
  assert.equal((await (await post("/prompt", {}, bearer(alice))).json()).error.type, "no_prompt");
});
