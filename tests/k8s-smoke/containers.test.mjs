// The pods of the dev overlay, run by Docker as rendered: they start within their probes, work together, and stop within their grace period.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { docker, eventually, published } from "../compose-smoke/docker.mjs";
import { follow, submit } from "../compose-smoke/generations.mjs";
import { overlays, workloads } from "./overlays.mjs";
import { Pod } from "./pods.mjs";

const network = `k8s-smoke-${randomBytes(4).toString("hex")}`;
const folder = mkdtempSync(join(tmpdir(), `${network}-`));
const pods = workloads(overlays.dev).map((workload) => new Pod(overlays.dev, workload, folder));
const pod = (name) => pods.find((p) => p.name === name);

describe("Pods of the dev overlay", () => {
    before(async () => {
        await docker("compose", "--profile", "demo", "build");
        await docker("network", "create", network);
        // All at once, as Kubernetes would: none may depend on the order. Docker's name service is not the cluster's.
        await Promise.all(pods.map((p) => p.start(network, p.name === "edge" ? { EDGE_RESOLVER: "127.0.0.11" } : {})));
    });

    after(async () => {
        await Promise.allSettled(pods.map((p) => p.remove()));
        await docker("network", "rm", network);
        rmSync(folder, { recursive: true });
    });

    for (const p of pods) {
        it(`${p.name} passes its startup, readiness and liveness probes`, async () => {
            await p.ready().catch(async (error) => {
                throw new Error(`${error.message}: ${error.cause?.message}\n${(await p.logs()).slice(-4000)}`);
            });
        });
    }

    it("they render a picture together", async () => {
        const edge = await published(pod("edge").id);
        const stack = { edge, fetch: (path, init) => fetch(`http://${edge}${path}`, { signal: AbortSignal.timeout(30_000), ...init }) };
        const id = await submit(stack);
        const timeline = await follow(stack, id);
        assert.equal(timeline.events.at(-1).type, "generation.completed");
        assert.equal((await stack.fetch(`/api/generations/${id}/images/1`)).status, 200);
    });

    it("readiness distinguishes a service without its broker from one with it, liveness does not", async () => {
        const gateway = pod("realtime-gateway");
        const restarts = await docker("inspect", "--format", "{{.State.StartedAt}}", gateway.id);
        await pod("rabbitmq").stop();
        await eventually("the gateway is not ready", () => gateway.probe(gateway.container.readinessProbe).then(() => false, () => true));
        await assert.doesNotReject(gateway.probe(gateway.container.livenessProbe));
        await docker("start", pod("rabbitmq").id);
        await gateway.ready();
        assert.equal(await docker("inspect", "--format", "{{.State.StartedAt}}", gateway.id), restarts);
    });

    for (const p of pods) {
        it(`${p.name} stops by itself within its grace period`, async () => {
            assert.equal(await p.stop(), 0);
        });
    }
});
