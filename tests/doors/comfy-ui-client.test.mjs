// comfy-ui-client: waits for `executing` without a node, and asks for the history once, at once.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { Farm, isPng, until, workflow } from "./farm.mjs";

const { ComfyUIClient } = createRequire(import.meta.url)("comfy-ui-client");
let farm;
before(async () => { farm = await Farm.start(); });
after(() => farm.stop());

async function pictures(client, options) {
  const images = await client.getImages(workflow(options));
  return Promise.all(Object.values(images).flat().map(async ({ blob }) => Buffer.from(await blob.arrayBuffer())));
}

test("has its pictures when it receives the end", async () => {
  const client = new ComfyUIClient(farm.host, "cuc-1");
  await client.connect();
  for (let seed = 211; seed < 216; seed++) {
    const [picture] = await pictures(client, { seed, steps: 2 });
    assert.ok(isPng(picture), `seed ${seed}`);
  }
  await client.disconnect();
});

test("a cancelled one ends, too", async () => {
  const client = new ComfyUIClient(farm.host, "cuc-2");
  await client.connect();
  const ended = client.getImages(workflow({ seed: 221, steps: 300 })).catch((error) => error);
  await until("running", async () => (await farm.get("/queue")).queue_running.length > 0);
  // It takes the answer for JSON, which is empty here as it is in ComfyUI.
  await client.interrupt().catch(() => {});
  await ended;
  await until("an empty queue", async () => (await farm.get("/prompt")).exec_info.queue_remaining === 0);
  await client.disconnect();
});

test("a ComfyUI that restarts in mid-run costs no picture", async () => {
  const client = new ComfyUIClient(farm.host, "cuc-3");
  await client.connect();
  const ended = pictures(client, { seed: 231, steps: 40 });
  await until("running", async () => (await farm.get("/queue")).queue_running.length > 0);
  await Promise.all([farm.restartComfyUi(0), farm.restartComfyUi(1)]);
  const [picture] = await ended;
  assert.ok(isPng(picture));
  await client.disconnect();
});

test("uploads a picture and works on it", async () => {
  const client = new ComfyUIClient(farm.host, "cuc-4");
  await client.connect();
  const [picture] = await pictures(client, { seed: 241, steps: 2 });
  const upload = await client.uploadImage(picture, "my photo.png", undefined, true);
  assert.equal(upload.name, "my photo.png");
  const images = await client.getImages({ 1: { class_type: "LoadImage", inputs: { image: "my photo.png" } }, 9: { class_type: "SaveImage", inputs: { images: ["1", 0], filename_prefix: "again" } } });
  assert.ok(isPng(Buffer.from(await images[9][0].blob.arrayBuffer())));
  await client.disconnect();
});
