import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Installation, isEvent, isTerminal } from "./installation.mjs";
import { problemsOf } from "./schema.mjs";

/** A whole timeline: valid by the schemas, in order, from the queue to exactly one end. */
function assertTimeline(events, outcome = "generation.completed") {
    assert.deepEqual(events.flatMap(problemsOf), []);
    events.reduce((last, { sequence }) => (assert.ok(sequence > last, `${sequence} after ${last}`), sequence), 0);
    assert.equal(events[0].type, "generation.queued");
    assert.equal(events.filter(isTerminal).length, 1);
    assert.equal(events.at(-1).type, outcome);
}

async function assertProblem(response, status) {
    assert.equal(response.status, status);
    assert.match(response.headers.get("content-type"), /^application\/problem\+json/);
    const problem = await response.json();
    assert.equal(problem.status, status);
    assert.ok(problem.title && problem.detail, `title or detail is missing: ${JSON.stringify(problem)}`);
    assert.match(problem.code ?? "", /^[a-z_]+$/, JSON.stringify(problem));
    assert.equal(problem.type, `urn:lockngen:problem:${problem.code}`);
    for (const error of problem.errors ?? []) assert.ok(error.code && error.message, JSON.stringify(error));
    return problem;
}

/** What the installation promises, each by what a client sees of it. The first two make the generation that later ones look back at. */
const timeline = {};

export const checks = {
    "submit: 202 with id, Location and links": async (at) => {
        const response = await at.post("/api/generations", { template: "txt2img", parameters: { prompt: "a lighthouse", steps: 4, width: 256, height: 256 }, count: 2 });
        assert.equal(response.status, 202);
        const answer = await response.json();
        assert.match(answer.id, /^[0-9a-f-]{36}$/);
        assert.equal(answer.status, "queued");
        assert.equal(answer.count, 2);
        assert.ok(response.headers.get("location").endsWith(`/api/generations/${answer.id}`));
        timeline.id = answer.id;
    },

    "WebSocket: connection.ready, then every event in order, valid by its schema": async (at) => {
        const socket = await at.connect(`?generationId=${timeline.id}&after=0`);
        assert.equal((await socket.next()).type, "connection.ready");
        timeline.events = [];
        while (!timeline.events.some(isTerminal)) {
            const frame = await socket.next();
            if (isEvent(frame)) timeline.events.push(frame);
        }
        socket.close();
        assertTimeline(timeline.events);
        assert.equal(timeline.events.filter((event) => event.type === "generation.image").length, 2);
        assert.equal(timeline.events.at(-1).data.images.length, 2);
    },

    "SSE: a running generation, id: is the sequence, event: the type": async (at) => {
        const told = await at.followBySse(await at.submit());
        assertTimeline(told.map(({ event }) => event));
        for (const { id, name, event } of told) assert.deepEqual([id, name], [String(event.sequence), event.type]);
    },

    "polling: a running generation": async (at) => assertTimeline(await at.followByPolling(await at.submit())),

    "all three tell the same outcome": async (at) => {
        const outcome = timeline.events.at(-1);
        assert.deepEqual((await at.followByWebSocket(timeline.id)).at(-1), outcome);
        assert.deepEqual((await at.followBySse(timeline.id)).at(-1).event, outcome);
        assert.deepEqual((await at.followByPolling(timeline.id)).at(-1), outcome);
    },

    "resume: after=N tells what came after N, and nothing else": async (at) => {
        const image = timeline.events.find((event) => event.type === "generation.image");
        const rest = await at.followByWebSocket(timeline.id, image.sequence);
        assert.ok(rest.every((event) => event.sequence > image.sequence));
        const lasting = (events) => events.filter((event) => event.type === "generation.image" || isTerminal(event));
        assert.deepEqual(lasting(rest), lasting(timeline.events).slice(1));
        const bySse = await at.followBySse(timeline.id, null, { "last-event-id": String(image.sequence) });
        assert.deepEqual(lasting(bySse.map(({ event }) => event)), lasting(rest));
    },

    "resume: a client that has everything gets nothing again": async (at) => {
        const last = timeline.events.at(-1).sequence;
        const answer = await at.json(`/api/generations/${timeline.id}/progress?after=${last}`);
        assert.deepEqual([answer.events, answer.after, answer.gap], [[], last, undefined]);
    },

    "subscribe: on an open connection, and unsubscribe": async (at) => {
        const socket = await at.connect(`?generationId=${randomUUID()}`);
        socket.send({ type: "subscribe", generationId: timeline.id, after: 0 });
        let frame;
        do frame = await socket.next();
        while (!(frame.generationId === timeline.id && isTerminal(frame)));
        socket.send({ type: "unsubscribe", generationId: timeline.id });
        socket.send({ type: "ping", id: 7 });
        assert.equal((await socket.nextOf("pong")).id, 7);
        socket.close();
    },

    "unknown generation: gap and a snapshot with status unknown": async (at) => {
        const socket = await at.connect(`?generationId=${randomUUID()}&after=5`);
        assert.equal((await socket.nextOf("subscription.gap")).reason, "unknown");
        const snapshot = await socket.nextOf("generation.snapshot");
        assert.deepEqual(problemsOf(snapshot), []);
        assert.equal(snapshot.data.status, "unknown");
        socket.close();
    },

    "snapshot after the end: completed, with an ETag that answers 304": async (at) => {
        const path = `/api/generations/${timeline.id}/progress`;
        const response = await at.fetch(path);
        const snapshot = await response.json();
        assert.deepEqual(problemsOf(snapshot), []);
        assert.deepEqual([snapshot.data.status, snapshot.data.overallProgress], ["completed", 100]);
        assert.equal(snapshot.sequence, timeline.events.at(-1).sequence);
        assert.equal((await at.fetch(path, { headers: { "if-none-match": response.headers.get("etag") } })).status, 304);
    },

    "REST: the generation, and pictures that are pictures": async (at) => {
        assert.equal((await at.json(`/api/generations/${timeline.id}`)).status, "completed");
        for (const image of timeline.events.at(-1).data.images) {
            const response = await at.fetch(image.url);
            assert.equal(response.status, 200);
            assert.match(response.headers.get("content-type"), /^image\//);
            assert.ok((await response.arrayBuffer()).byteLength > 100);
        }
    },

    "idempotency: the same key makes one generation, another body is refused": async (at) => {
        const key = { "idempotency-key": randomUUID() };
        const body = { template: "txt2img", parameters: { prompt: "once", steps: 4, width: 256, height: 256 } };
        const [first, second] = [await at.post("/api/generations", body, key), await at.post("/api/generations", body, key)];
        assert.equal((await second.json()).id, (await first.json()).id);
        await assertProblem(await at.post("/api/generations", { ...body, count: 2 }, key), 422);
    },

    "cancel: one generation.cancelled, and nothing after it": async (at) => {
        const id = await at.submit({ steps: 150, count: 4 });
        const answer = await at.post(`/api/generations/${id}/cancel`, "");
        assert.equal((await answer.json()).receipt, "accepted");
        assertTimeline(await at.followByWebSocket(id), "generation.cancelled");
        assert.equal((await (await at.post(`/api/generations/${id}/cancel`, "")).json()).receipt, "alreadyEnded");
    },

    "cancel: an unknown generation is 404": async (at) => assertProblem(await at.post(`/api/generations/${randomUUID()}/cancel`, ""), 404),

    "error: an id that is no UUID": async (at) => {
        await assertProblem(await at.fetch("/api/generations/no-uuid/progress"), 400);
        await assertProblem(await at.fetch("/api/sse/progress?generationId=no-uuid"), 400);
        assert.equal(await at.handshake("?generationId=no-uuid"), 400);
    },

    "error: a cursor that is no number": async (at) => {
        await assertProblem(await at.fetch(`/api/generations/${timeline.id}/progress?after=-1`), 400);
        assert.equal(await at.handshake(`?generationId=${timeline.id}&after=soon`), 400);
    },

    "error: count 0 and count 1000": async (at) => {
        for (const count of [0, 1000]) {
            const problem = await assertProblem(await at.post("/api/generations", { template: "txt2img", parameters: { prompt: "x" }, count }), 400);
            assert.equal(problem.errors[0].field, "count");
        }
    },

    "error: malformed JSON": async (at) => {
        await assertProblem(await at.post("/api/generations", '{"template": '), 400);
    },

    "error: an unknown template": async (at) => {
        await assertProblem(await at.post("/api/generations", { template: "no-such-template", parameters: {} }), 400);
    },

    "error: an unknown node is named": async (at) => {
        const workflow = { 3: { class_type: "NoSuchNode", inputs: {} } };
        const problem = await assertProblem(await at.post("/api/generations", { workflow }), 400);
        assert.ok(problem.errors.some((error) => error.nodeId === "3"), JSON.stringify(problem.errors));
    },

    "error: every service refuses in the same shape": async (at) => {
        const json = { "content-type": "application/json" };
        const send = (method, path, body) => at.fetch(path, { method, headers: json, body });
        const none = randomUUID();
        const refusals = [
            [400, () => at.fetch("/api/generations?limit=0"), "limit"],
            [400, () => at.fetch(`/api/generations/${none}/progress?wait=soon&after=0`), "wait"],
            [400, () => at.fetch("/api/webhooks?limit=0"), "limit"],
            [400, () => send("POST", "/api/webhooks", JSON.stringify({ url: "ftp://x", eventTypes: [] })), "url"],
            [400, () => send("POST", "/api/webhooks", "{"), null],
            [400, () => at.fetch("/api/sse/progress?generationId=no-uuid", { headers: { accept: "text/event-stream" } }), null],
            [404, () => at.fetch(`/api/generations/${none}/images/1`), null],
            [404, () => at.fetch(`/api/generations/${none}/preview`, { headers: { accept: "image/*" } }), null],
            [404, () => at.fetch(`/api/webhooks/${none}`), null],
            [404, () => at.fetch(`/api/webhooks/${none}/deliveries`), null],
            [404, () => at.fetch("/api/no-such-thing"), null],
            [405, () => send("PUT", "/api/generations", "{}"), null],
        ];
        for (const [status, ask, field] of refusals) {
            const response = await ask();
            const problem = await assertProblem(response, status).catch((error) => {
                throw new Error(`${response.url}: ${error.message}`);
            });
            if (field) assert.ok(problem.errors?.some((error) => error.field === field), `${response.url}: ${JSON.stringify(problem)}`);
        }
    },

    "OpenAPI: every documented error is a problem with code and errors": async (at) => {
        for (const document of ["/openapi/v1.json", "/api/webhooks/openapi.json"]) {
            const { paths, components } = await at.json(document);
            const resolve = (schema) => (schema?.$ref ? components.schemas[schema.$ref.split("/").at(-1)] : schema);
            for (const [path, operations] of Object.entries(paths)) {
                for (const [method, { responses }] of Object.entries(operations)) {
                    for (const [status, response] of Object.entries(responses ?? {}).filter(([status]) => status >= "400")) {
                        const schema = resolve(response.content?.["application/problem+json"]?.schema);
                        assert.ok(schema?.properties?.code && schema.properties.errors?.items, `${document} ${method} ${path} ${status}`);
                    }
                }
            }
        }
    },

    "error: an unknown generation is 404": async (at) => assertProblem(await at.fetch(`/api/generations/${randomUUID()}`), 404),

    "frames: an unknown type is answered, and the connection stays": async (at) => {
        const socket = await at.connect();
        for (const frame of [{ type: "dance" }, "[1, 2, 3]", { type: "subscribe", generationId: "no-uuid" }]) {
            socket.send(frame);
            assert.match((await socket.nextOf("error")).code, /^(unknown_frame|invalid_generation_id)$/);
        }
        socket.send({ type: "ping", id: "still here" });
        assert.equal((await socket.nextOf("pong")).id, "still here");
        socket.close();
    },

    "frames: garbage closes with 1007": async (at) => {
        const socket = await at.connect();
        socket.send("this is not JSON");
        assert.equal((await socket.closed).code, 1007);
    },

    "frames: a binary frame closes with 1003": async (at) => {
        const socket = await at.connect();
        socket.send(new Uint8Array([1, 2, 3]).buffer);
        assert.equal((await socket.closed).code, 1003);
    },

    "origin: a page of another site may not connect": async (at) => {
        assert.equal(await at.handshake(`?generationId=${timeline.id}`, { origin: "https://elsewhere.example" }), 403);
        assert.equal(await at.handshake(`?generationId=${timeline.id}`, { origin: at.url }), 101);
    },

    "origin: a page of another site may not submit": async (at) => {
        const body = { template: "txt2img", parameters: { prompt: "not mine", steps: 4, width: 256, height: 256 } };
        await assertProblem(await at.post("/api/generations", body, { origin: "https://elsewhere.example" }), 403);
        await assertProblem(await at.post("/api/generations", body, { "sec-fetch-site": "cross-site" }), 403);
    },

    "trace: traceparent in the events of whoever asks for it, and of nobody else": async (at) => {
        const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        const id = await at.submit({}, { traceparent: parent });
        const traced = await at.followByWebSocket(id, 0, "&trace=1");
        assert.ok(traced.every((event) => event.traceparent?.startsWith(parent.slice(0, 36))), JSON.stringify(traced[0]));
        assert.ok((await at.followByWebSocket(id)).every((event) => !("traceparent" in event)));
    },

};

/** What it promises besides where authentication is on. */
export const authenticated = {
    "authentication: without the token nothing is told": async (at) => {
        const stranger = new Installation(at.url);
        await assertProblem(await stranger.fetch(`/api/generations/${timeline.id}`), 401);
        await assertProblem(await stranger.post("/api/generations", { template: "txt2img", parameters: { prompt: "x" } }), 401);
        await assertProblem(await stranger.fetch(`/api/generations/${timeline.id}/progress`), 401);
        assert.equal(await stranger.handshake(`?generationId=${timeline.id}`), 401);
        await assertProblem(await stranger.fetch("/api/generations", { headers: { authorization: "Bearer not.a.token" } }), 401);
    },
};
