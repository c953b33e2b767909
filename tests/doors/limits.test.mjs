// The limits of submissions, which are the farm's, in the words of each API.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Farm, workflow } from "./farm.mjs";

let farm;
before(async () => {
  farm = await Farm.start({ instances: 1, environment: { Limits__SubmissionsPerMinute: "2" } });
});
after(() => farm.stop());

const post = (path, body) => fetch(farm.url + path, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });

test("a client over its limit is refused, with the time to retry, at every API", async () => {
  const accepted = await Promise.all([1, 2].map((seed) => post("/prompt", { prompt: workflow({ seed, steps: 1 }) })));
  assert.deepEqual(accepted.map((answer) => answer.status), [200, 200]);
  const refusals = [
    [await post("/prompt", { prompt: workflow({ seed: 3 }) }), ({ error }) => error.type, "rate_limited"],
    [await post("/api/v2/jobs", { workflow: workflow({ seed: 4 }) }), ({ error }) => error.code, "rate_limited"],
    [await post("/v1/images/generations", { model: "txt2img", prompt: "a lighthouse" }), ({ error }) => error.code, "rate_limit_exceeded"],
  ];
  for (const [answer, word, expected] of refusals) {
    assert.equal(answer.status, 429);
    assert.ok(Number(answer.headers.get("retry-after")) > 0);
    assert.equal(word(await answer.json()), expected);
  }
  // Looking is not submitting.
  assert.equal((await fetch(`${farm.url}/queue`)).status, 200);
});
