// nginx with the repository's own configuration in front of stubs: who gets which path, and how.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { docker, eventually, published, root } from "./docker.mjs";

const network = `edge-test-${randomBytes(4).toString("hex")}`;
const containers = [];
let edge;

async function start(name, ...args) {
    containers.push(`${network}-${name}`);
    await docker("run", "--detach", "--name", `${network}-${name}`, "--network", network, ...args);
}

const startStub = (name, alias) => start(name, "--network-alias", alias, "--volume", `${root}/tests/compose-smoke/stub.mjs:/stub.mjs:ro`, "node:22", "node", "/stub.mjs", name);

const get = (path, init) => fetch(`http://${edge}${path}`, { signal: AbortSignal.timeout(15_000), ...init });

const reached = async (path, init) => (await get(path, init)).json();

describe("Edge", () => {
    before(async () => {
        await docker("network", "create", network);
        await startStub("gateway-1", "realtime-gateway");
        await startStub("api", "generation-api");
        await startStub("notifier", "webhook-notifier");
        await start("edge", "--publish", "127.0.0.1::8080", "--user", "101:101", "--read-only", "--cap-drop", "ALL", "--tmpfs", "/tmp", "--tmpfs", "/etc/nginx/conf.d:uid=101,gid=101",
            "--volume", `${root}/deploy/nginx/nginx.conf:/etc/nginx/nginx.conf:ro`, "--volume", `${root}/deploy/nginx/templates:/etc/nginx/templates:ro`,
            "--env", "EDGE_RESOLVER=127.0.0.11", "--env", "EDGE_TRUSTED_PROXY=203.0.113.7",
            "--env", "EDGE_GATEWAY=realtime-gateway:8080", "--env", "EDGE_API=generation-api:8080", "--env", "EDGE_NOTIFIER=webhook-notifier:8080", "nginx:1.26");
        edge = await published(`${network}-edge`);
        for (const path of ["/", "/api/templates", "/api/webhooks"]) await eventually(`${path} answers`, async () => (await get(path)).ok);
    });

    after(async () => {
        await docker("rm", "--force", "--volumes", ...containers);
        await docker("network", "rm", network);
    });

    for (const [path, service] of [
        ["/", "gateway-1"],
        ["/assets/index.js", "gateway-1"],
        ["/config.json", "gateway-1"],
        ["/api/ws/progress", "gateway-1"],
        ["/api/realtime/x", "gateway-1"],
        ["/api/generations/7d1c9c52-0000-4000-8000-000000000001/progress?after=3", "gateway-1"],
        ["/api/generations/7d1c9c52-0000-4000-8000-000000000001/preview?s=5", "gateway-1"],
        ["/api/generations", "api"],
        ["/api/generations/7d1c9c52-0000-4000-8000-000000000001", "api"],
        ["/api/generations/7d1c9c52-0000-4000-8000-000000000001/images/1", "api"],
        ["/api/session", "api"],
        ["/generate", "api"],
        ["/openapi/v1.json", "api"],
        ["/docs", "api"],
        ["/docs/scalar.js", "api"],
        ["/api/webhooks", "notifier"],
        ["/api/webhooks/5/deliveries", "notifier"],
    ]) {
        it(`${path} is answered by ${service}, with the path as it came`, async () => {
            const answer = await reached(path);
            assert.deepEqual([answer.name, answer.url], [service, path]);
        });
    }

    it("passes the client's address, host and scheme to the service, regardless of what the client claims", async () => {
        const { headers } = await reached("/api/templates", {
            headers: { "x-forwarded-for": "198.51.100.1", "x-forwarded-proto": "https", "x-forwarded-host": "evil.example" },
        });
        assert.equal(headers.host, edge);
        assert.equal(headers["x-forwarded-host"], edge);
        assert.equal(headers["x-forwarded-proto"], "http");
        assert.doesNotMatch(headers["x-forwarded-for"], /198\.51\.100\.1|,/);
    });

    it("keeps the containers' health to itself", async () => {
        assert.equal((await get("/health/ready")).status, 404);
        assert.equal((await get("/edge/health")).status, 200);
    });

    it("hands on an SSE event while the answer is still open", async () => {
        const response = await get("/api/sse/progress");
        const reader = response.body.getReader();
        const { value } = await reader.read();
        assert.equal(new TextDecoder().decode(value), "data: first\n\n");
        await reader.cancel();
    });

    it("upgrades to WebSocket", async () => {
        const socket = new WebSocket(`ws://${edge}/api/ws/progress`);
        const frame = await new Promise((resolve, reject) => {
            socket.onmessage = (event) => resolve(event.data);
            socket.onerror = (event) => reject(event.error);
        });
        socket.close();
        assert.equal(frame, "gateway-1");
    });

    it("takes headers of 12 KB and refuses 80 KB", async () => {
        assert.equal((await get("/api/templates", { headers: { cookie: "c".repeat(12_000) } })).status, 200);
        assert.equal((await get("/api/templates", { headers: { cookie: "c".repeat(80_000) } })).status, 400);
    });

    it("sees a gateway that joins, skips one that refuses or has gone", async () => {
        await startStub("gateway-2", "realtime-gateway");
        await eventually("the second gateway gets requests", async () => (await reached("/config.json")).name === "gateway-2", 15);

        for (let i = 0; i < 10; i++) assert.equal((await reached("/config.json", { headers: { "x-refuse": "gateway-1" } })).name, "gateway-2");

        // A POST is no such request: it may have been carried out before it failed.
        const posts = [];
        for (let i = 0; i < 20; i++) posts.push((await get("/config.json", { method: "POST", headers: { "x-refuse": "gateway-1" } })).status);
        assert.ok(posts.includes(503), "no POST is sent to a second gateway");

        await docker("kill", `${network}-gateway-1`);
        for (let i = 0; i < 10; i++) assert.equal((await reached("/config.json")).name, "gateway-2");
    });
});
