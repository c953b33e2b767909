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
  client.connect();
  await until("the socket", () => client.socket?.readyState === 1);
  return client;
}

// It takes previews for pictures, here as with one ComfyUI; what was saved comes as an address.
const saved = ({ images }) => images.filter((image) => image.type === "url").map((image) => image.data);

test("submits, follows and fetches", async () => {
  const client = await connect("stable-1");
  const progress = [];
  const result = await client.enqueue(workflow({ seed: 111 }), { progress: (p) => progress.push(p) });
  assert.ok(progress.length > 0, "no progress");
  const [address, ...others] = saved(result);
  assert.deepEqual(others, []);
  assert.ok(isPng(await (await fetch(address)).arrayBuffer()));
  client.close();
});

test("two at once", async () => {
  const client = await connect("stable-2");
  const results = await Promise.all([client.enqueue(workflow({ seed: 121, steps: 20 })), client.enqueue(workflow({ seed: 122 }))]);
  assert.deepEqual(results.map((result) => saved(result).length), [1, 1]);
  assert.notEqual(saved(results[0])[0], saved(results[1])[0]);
  client.close();
});
