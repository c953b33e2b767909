// @stable-canvas/comfyui-client: outputs from `executed` alone, and query parameters of its own on every route.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as stable from "@stable-canvas/comfyui-client";
import WebSocket from "ws";
import { Farm, isPng, until, workflow } from "./farm.mjs";

const Client = stable.Client ?? stable.default.Client;
let farm;
before(async () => { farm = await Farm.start(); });
after(() => farm.stop());

async function connect(clientId) {
  const client = new Client({ api_host: farm.host, clientId, WebSocket, fetch });
  const frames = [];
  client.connect();
  await until("the socket", () => client.socket?.readyState === 1);
  return { client, frames };
}

test("submits, follows and fetches", async () => {
  const { client } = await connect("stable-1");
  const progress = [];
  const result = await client.enqueue(workflow({ seed: 111 }), { progress: (p) => progress.push(p) });
  assert.ok(progress.length > 0, "no progress");
  assert.equal(result.images.length, 1);
  const image = result.images[0];
  const bytes = image.type === "buff" ? image.data : await (await fetch(image.data)).arrayBuffer();
  assert.ok(isPng(bytes));
  client.close();
});

test("two at once", async () => {
  const { client } = await connect("stable-2");
  const results = await Promise.all([client.enqueue(workflow({ seed: 121, steps: 20 })), client.enqueue(workflow({ seed: 122 }))]);
  assert.deepEqual(results.map((r) => r.images.length), [1, 1]);
  assert.notEqual(JSON.stringify(results[0].images[0].data), JSON.stringify(results[1].images[0].data));
  client.close();
});
