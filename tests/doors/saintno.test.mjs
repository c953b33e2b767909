// @saintno/comfyui-sdk, on which other providers are built: it takes the success of any prompt for its own, and a status for a question.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CallWrapper, ComfyApi, PromptBuilder } from "@saintno/comfyui-sdk";
import { Farm, isPng, until, workflow } from "./farm.mjs";

let farm;
before(async () => { farm = await Farm.start(); });
after(() => farm.stop());

const builder = (options) => new PromptBuilder(workflow(options), [], ["images"]).setOutputNode("images", "9");

async function connect(id) {
  const api = await new ComfyApi(farm.url, id).init().waitForReady();
  return { api, run: (options) => run(api, options) };
}

function run(api, options) {
  const seen = { progress: [], previews: 0, errors: [] };
  const wrapper = new CallWrapper(api, builder(options))
    .onPending((id) => { seen.id = id; })
    .onProgress((progress) => seen.progress.push(progress))
    .onPreview(() => { seen.previews++; })
    .onFailed((error) => seen.errors.push(error));
  return { seen, ended: wrapper.run() };
}

async function picture(api, output) {
  const image = output.images.images[0];
  return Buffer.from(await (await api.getImage(image)).arrayBuffer());
}

test("submits, follows and fetches", async () => {
  const { api, run } = await connect("saintno-1");
  const { seen, ended } = run({ seed: 11 });
  const output = await ended;
  assert.deepEqual(seen.errors, []);
  assert.ok(seen.progress.length > 0, "no progress");
  assert.ok(seen.previews > 0, "no preview");
  assert.ok(isPng(await picture(api, output)));
  api.destroy();
});

test("two wrappers at once on one socket both get their picture, from two GPUs", async () => {
  const { api, run } = await connect("saintno-2");
  const jobs = [run({ seed: 21, steps: 20 }), run({ seed: 22, steps: 10 })];
  await until("two running", async () => (await farm.get("/queue")).queue_running.length === 2);
  const outputs = await Promise.all(jobs.map((job) => job.ended));
  for (const [i, job] of jobs.entries()) assert.deepEqual(job.seen.errors, [], `job ${i}`);
  const names = outputs.map((output) => output.images.images[0].filename);
  assert.notEqual(names[0], names[1]);
  for (const output of outputs) assert.ok(isPng(await picture(api, output)));
  api.destroy();
});

test("interrupting ends the one that runs", async () => {
  const { api, run } = await connect("saintno-3");
  const { seen, ended } = run({ seed: 31, steps: 200 });
  await until("progress", () => seen.progress.length > 0);
  await api.interrupt();
  assert.equal(await ended, false);
  assert.match(seen.errors.at(-1).message, /interrupted/);
  const entry = (await farm.get(`/history/${seen.id}`))[seen.id];
  assert.equal(entry.status.status_str, "error");
  assert.ok(entry.status.messages.some(([type]) => type === "execution_interrupted"));
  api.destroy();
});

test("a ComfyUI that restarts in mid-run costs time, and no picture", async () => {
  const { api, run } = await connect("saintno-4");
  const { seen, ended } = run({ seed: 41, steps: 40 });
  await until("progress", () => seen.progress.length > 2);
  await Promise.all([farm.restartComfyUi(0), farm.restartComfyUi(1)]);
  const output = await ended;
  assert.deepEqual(seen.errors, []);
  assert.ok(isPng(await picture(api, output)));
  api.destroy();
});

test("a door that is killed in mid-run: the client comes back and has its picture", async () => {
  const { api, run } = await connect("saintno-5");
  const { seen, ended } = run({ seed: 51, steps: 60 });
  await until("progress", () => seen.progress.length > 2);
  await farm.restartDoor();
  // The wrapper itself gives a job up when its socket breaks; the id is what counts.
  await Promise.race([ended, until("the reconnection", () => api.socket?.client.readyState === 1)]);
  const entry = await until("the history", async () => (await farm.get(`/history/${seen.id}`))[seen.id]);
  assert.equal(entry.status.status_str, "success");
  const image = await api.getImage(entry.outputs["9"].images[0]);
  assert.ok(isPng(Buffer.from(await image.arrayBuffer())));
  api.destroy();
});

test("reads what the server is", async () => {
  const { api } = await connect("saintno-6");
  assert.ok((await api.getSystemStats()).devices.length === 2);
  assert.ok((await api.getCheckpoints()).length > 0);
  assert.ok((await api.getNodeDefs("KSampler")).KSampler);
  api.destroy();
});
