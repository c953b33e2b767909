// docker compose up, as on a fresh clone, and what must hold of the whole: submit, follow, scale, and restart everything under load.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { docker, eventually } from "./docker.mjs";
import { follow, followByPolling, followBySse, Load, submit } from "./generations.mjs";
import { observed, onlyInTrouble } from "./observed.mjs";
import { Stack } from "./stack.mjs";

const stack = new Stack();

const png = (bytes) => Buffer.from(bytes).subarray(1, 4).toString() === "PNG";

/** The pictures of a completed generation are where its events and its resource say. */
async function assertDelivered(id) {
    const generation = await (await stack.fetch(`/api/generations/${id}`)).json();
    assert.equal(generation.status, "completed", JSON.stringify(generation));
    const image = await stack.fetch(`/api/generations/${id}/images/1`);
    assert.equal(image.status, 200);
    assert.ok(png(await image.arrayBuffer()));
}

describe("docker compose", () => {
    before(() => stack.up());

    // KEEP_STACK=1 leaves it running, to look at what went wrong.
    after(() => process.env.KEEP_STACK || stack.down());

    it("no container runs as root, writes its root file system or may gain privileges", async () => {
        for (const container of await stack.containers()) {
            const [name, user, readOnly, options, dropped] = (
                await docker("inspect", "--format", "{{.Name}}|{{.Config.User}}|{{.HostConfig.ReadonlyRootfs}}|{{.HostConfig.SecurityOpt}}|{{.HostConfig.CapDrop}}", container)
            ).split("|");
            assert.ok(user !== "" && user !== "root" && user !== "0", `${name} runs as ${user}`);
            assert.equal(readOnly, "true", name);
            assert.match(options, /no-new-privileges/, name);
            assert.match(dropped, /ALL/, name);
        }
    });

    it("serves the gallery", async () => {
        const response = await stack.fetch("/");
        assert.equal(response.status, 200);
        assert.match(await response.text(), /<!doctype html>/i);
    });

    it("renders what is submitted, and every transport delivers the same timeline", async () => {
        const id = await submit(stack);
        const [timeline, sse, polled] = await Promise.all([follow(stack, id), followBySse(stack, id), followByPolling(stack, id)]);

        assert.deepEqual([timeline.gaps, timeline.disorder], [[], []]);
        const states = (events) => events.filter((event) => /started|image|completed/.test(event.type)).map((event) => [event.type, event.sequence]);
        assert.deepEqual(states(timeline.events).map(([type]) => type), ["generation.started", "generation.image", "generation.completed"]);
        assert.deepEqual(states(sse.map(([, event]) => event)), states(timeline.events));
        assert.deepEqual(states(polled), states(timeline.events));
        await assertDelivered(id);
    });

    it("scales to three gateways, and the edge uses the third", async () => {
        await stack.compose("up", "--detach", "--no-recreate", "--scale", "realtime-gateway=3", "realtime-gateway");
        const gateways = await stack.containers("realtime-gateway");
        assert.equal(gateways.length, 3);
        for (const gateway of gateways) await stack.healthy(gateway);
        const addresses = await Promise.all(
            gateways.map(async (gateway) => docker("inspect", "--format", '{{(index .NetworkSettings.Networks "lockngen-smoke_edge").IPAddress}}', gateway)),
        );
        await eventually("the edge has asked all three", async () => {
            await stack.fetch("/config.json");
            const log = await stack.logs("edge");
            return addresses.every((address) => log.includes(`"upstream":"${address}:8080"`));
        });
    });

    it("loses nothing while each container is restarted in turn under load", async (context) => {
        const load = new Load(stack, 4);
        for (const container of await stack.containers()) {
            const name = await docker("inspect", "--format", "{{.Name}}", container);
            if (name.includes("otlp-sink")) continue;
            const finished = load.timelines.length;
            await docker("restart", "--time", "35", container);
            await stack.healthy(container);
            // Work must flow again before the next one goes.
            await eventually(`generations end after the restart of ${name}`, () => load.timelines.length >= finished + 4, 120);
            context.diagnostic(`${name} restarted; ${load.timelines.length} generations have ended`);
        }
        const timelines = await load.stop();

        assert.deepEqual(timelines.filter((timeline) => timeline.disorder.length > 0).map((timeline) => [timeline.id, timeline.disorder]), []);
        const outcomes = timelines.map((timeline) => [timeline.id, timeline.events.at(-1).type]);
        assert.deepEqual(outcomes.filter(([, type]) => type !== "generation.completed"), []);
        for (const timeline of timelines.filter((s) => s.gaps.length === 0)) {
            const images = timeline.events.filter((event) => event.type === "generation.image");
            assert.equal(new Set(images.map((event) => event.data.image.index)).size, timeline.events.at(-1).data.images.length, timeline.id);
        }
        for (const { id } of timelines) await assertDelivered(id);
        const gaps = timelines.filter((timeline) => timeline.gaps.length > 0).length;
        const connections = timelines.reduce((sum, timeline) => sum + timeline.connections, 0);
        context.diagnostic(`${timelines.length} generations, ${connections} connections, ${gaps} followed with an announced gap`);
    });

    it("measures everything that the alerts and the dashboard ask for", async () => {
        const ask = async (path) => (await (await fetch(`http://${stack.prometheus}/api/v1/${path}`)).json()).data;
        const { asked, queries } = await observed();
        await eventually("every metric is there", async () => {
            const known = new Set(await ask("label/__name__/values"));
            assert.deepEqual(asked.filter((name) => !known.has(name) && !onlyInTrouble.has(name)), []);
            return true;
        });
        for (const query of queries) {
            const response = await fetch(`http://${stack.prometheus}/api/v1/query?query=${encodeURIComponent(query)}`);
            assert.equal(response.status, 200, `${query}: ${await response.text()}`);
        }
    });

    it("alerts when it should, and only then", async () => {
        const [prometheus] = await stack.containers("prometheus");
        await docker("exec", prometheus, "promtool", "test", "rules", "/smoke/alerts.test.yml");
    });

    it("leaves nothing behind in the broker", async () => {
        const [broker] = await stack.containers("rabbitmq");
        // The queues of the gateways that were restarted fill until they expire, after two minutes.
        await eventually("all queues but the stream are empty", async () => {
            const queues = (await docker("exec", broker, "rabbitmqctl", "-q", "list_queues", "--no-table-headers", "name", "type", "messages")).split("\n").map((line) => line.split("\t"));
            assert.deepEqual(queues.filter(([, type, messages]) => type !== "stream" && messages !== "0"), []);
            return true;
        }, 180);
    });

    it("uses no feature that RabbitMQ deprecates", async () => {
        assert.doesNotMatch(await stack.logs("rabbitmq"), /deprecat/i);
    });
});
