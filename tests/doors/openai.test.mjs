// openai (npm): a model is a template.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import OpenAI, { toFile } from "openai";
import { Farm, isPng, until } from "./farm.mjs";

let farm, openai;
before(async () => {
  farm = await Farm.start();
  openai = new OpenAI({ apiKey: "none", baseURL: `${farm.url}/v1`, maxRetries: 0 });
});
after(() => farm.stop());

const bytes = (picture) => Buffer.from(picture.b64_json, "base64");

test("lists templates as models", async () => {
  const models = [];
  for await (const model of openai.models.list()) models.push(model.id);
  assert.ok(models.includes("txt2img"));
  assert.equal((await openai.models.retrieve("txt2img")).object, "model");
  await assert.rejects(openai.models.retrieve("dall-e-9"), (error) => error.status === 404 && error.code === "model_not_found");
});

test("makes several pictures of the size that is asked for", async () => {
  const { data, created } = await openai.images.generate({ model: "txt2img", prompt: "a lighthouse", n: 2, size: "256x128", quality: "low" });
  assert.equal(data.length, 2);
  assert.ok(created > 1e9);
  for (const picture of data) {
    assert.ok(isPng(bytes(picture)));
    assert.deepEqual([bytes(picture).readInt32BE(16), bytes(picture).readInt32BE(20)], [256, 128]);
  }
  assert.notEqual(data[0].b64_json, data[1].b64_json);
});

test("gives an address that is good without a key", async () => {
  const { data } = await openai.images.generate({ prompt: "a lighthouse", size: "128x128", response_format: "url" });
  const response = await fetch(data[0].url);
  assert.ok(isPng(await response.arrayBuffer()));
  assert.equal((await fetch(data[0].url.replace(/signature=./, "signature=_"))).status, 403);
});

test("streams pictures of what is under way, and then the picture", async () => {
  const events = [];
  for await (const event of await openai.images.generate({ prompt: "a lighthouse", size: "128x128", stream: true, partial_images: 2 })) events.push(event);
  const partial = events.filter((e) => e.type === "image_generation.partial_image");
  assert.ok(partial.length > 0 && partial.length <= 2);
  assert.deepEqual(partial.map((e) => e.partial_image_index), partial.map((_, i) => i));
  assert.equal(events.at(-1).type, "image_generation.completed");
  assert.ok(isPng(bytes(events.at(-1))));
});

test("edits a picture, also within a mask", async () => {
  const { data } = await openai.images.generate({ prompt: "a lighthouse", size: "128x128" });
  const image = () => toFile(bytes(data[0]), "picture.png", { type: "image/png" });
  const edited = await openai.images.edit({ image: await image(), prompt: "at night" });
  assert.ok(isPng(bytes(edited.data[0])));
  const masked = await openai.images.edit({ model: "inpaint", image: await image(), mask: await image(), prompt: "a door" });
  assert.ok(isPng(bytes(masked.data[0])));
});

test("refuses as OpenAI does", async () => {
  const refused = (body, param, code, status = 400) =>
    assert.rejects(openai.images.generate({ prompt: "x", ...body }), (error) => {
      assert.deepEqual([error.status, error.param, error.code], [status, param, code]);
      return true;
    });
  await refused({ steps: 3 }, "steps", "unknown_parameter");
  await refused({ n: 11 }, "n", "integer_out_of_range");
  await refused({ size: "large" }, "size", "invalid_value");
  await refused({ quality: "best" }, "quality", "invalid_value");
  await refused({ prompt: undefined }, "prompt", "missing_required_parameter");
  await refused({ model: "nope" }, "model", "model_not_found", 404);
  await refused({ model: "txt2img", size: "100000x8" }, "width", "invalid_request");
});

test("stops when no client waits any more", async () => {
  const controller = new AbortController();
  const waiting = openai.images.generate({ model: "txt2img", prompt: "a lighthouse", quality: "high", n: 10, size: "128x128" }, { signal: controller.signal });
  await until("running", async () => (await farm.get("/queue")).queue_running.length > 0);
  controller.abort();
  await assert.rejects(waiting);
  await until("an empty queue", async () => (await farm.get("/prompt")).exec_info.queue_remaining === 0);
});
