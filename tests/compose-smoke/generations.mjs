import { randomUUID } from "node:crypto";

const terminal = new Set(["generation.completed", "generation.failed", "generation.cancelled"]);

/** A pause before the next try of something that failed. */
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Submits like a client that does not give up: whatever goes wrong, again with the same Idempotency-Key, until the answer is 202.
 */
export async function submit(stack, body = {}, seconds = 120) {
    const key = randomUUID();
    const end = Date.now() + seconds * 1000;
    for (;;) {
        const problem = await stack
            .fetch("/api/generations", {
                method: "POST",
                headers: { "content-type": "application/json", "idempotency-key": key },
                body: JSON.stringify({ template: "txt2img", parameters: { prompt: "a lighthouse in the fog" }, ...body }),
            })
            .then(async (response) => (response.status === 202 ? { accepted: await response.json() } : { refused: `${response.status} ${await response.text()}` }))
            .catch((error) => ({ refused: String(error) }));
        if (problem.accepted) return problem.accepted.id;
        if (Date.now() > end || problem.refused.startsWith("400")) throw new Error(`Not accepted: ${problem.refused}`);
        await pause(300);
    }
}

/**
 * Follows one generation by WebSocket until it has ended, reconnecting with its cursor whenever the connection ends. Returns its events in
 * order, and the gaps that were announced.
 */
export async function follow(stack, id, seconds = 180) {
    const timeline = { id, events: [], gaps: [], connections: 0, disorder: [] };
    const end = Date.now() + seconds * 1000;
    let last = 0;

    function take(frame) {
        if (frame.type === "subscription.gap") timeline.gaps.push(frame);
        if (frame.type === "generation.snapshot" && timeline.gaps.length > 0) {
            last = Math.max(last, frame.sequence);
            if (["completed", "failed", "cancelled"].includes(frame.data.status)) timeline.events.push({ ...frame, type: `generation.${frame.data.status}` });
        } else if (frame.type.startsWith("generation.") && frame.type !== "generation.snapshot") {
            if (frame.sequence <= last) timeline.disorder.push([last, frame.sequence]);
            last = frame.sequence;
            timeline.events.push(frame);
        }
        return terminal.has(timeline.events.at(-1)?.type);
    }

    while (Date.now() < end) {
        timeline.connections++;
        const ended = await new Promise((resolve) => {
            const socket = new WebSocket(`ws://${stack.edge}/api/ws/progress?generationId=${id}&after=${last}`);
            const timer = setTimeout(() => socket.close(), end - Date.now());
            socket.onmessage = (message) => {
                if (!take(JSON.parse(message.data))) return;
                socket.close();
                resolve(true);
            };
            socket.onclose = socket.onerror = () => {
                clearTimeout(timer);
                resolve(false);
            };
        });
        if (ended) return timeline;
        await pause(200);
    }
    throw new Error(`${id} has not ended; its last event: ${JSON.stringify(timeline.events.at(-1))}`);
}

/** The SSE stream of one generation up to its end, as [id, event] pairs. */
export async function followBySse(stack, id) {
    const response = await stack.fetch(`/api/sse/progress?generationId=${id}&after=0`, { signal: AbortSignal.timeout(60_000) });
    const pairs = [];
    let text = "";
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        for (let at = text.indexOf("\n\n"); at >= 0; at = text.indexOf("\n\n")) {
            const lines = text.slice(0, at).split("\n");
            text = text.slice(at + 2);
            const field = (name) => lines.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1).trim();
            if (!field("data")) continue;
            const event = JSON.parse(field("data"));
            pairs.push([field("id"), event]);
            if (terminal.has(event.type)) return pairs;
        }
    }
    throw new Error(`The stream of ${id} ended before the generation.`);
}

/** The events of one generation by long polling. */
export async function followByPolling(stack, id, seconds = 60) {
    const events = [];
    const end = Date.now() + seconds * 1000;
    for (let after = 0; Date.now() < end; ) {
        const response = await stack.fetch(`/api/generations/${id}/progress?after=${after}&wait=10`);
        const answer = await response.json();
        events.push(...answer.events);
        if (terminal.has(events.at(-1)?.type)) return events;
        after = answer.after;
    }
    throw new Error(`${id} has not ended by polling.`);
}

/** Clients that submit, follow to the end, and begin again, until they are stopped. */
export class Load {
    #running = true;
    #clients;
    timelines = [];

    constructor(stack, clients) {
        this.#clients = Array.from({ length: clients }, async () => {
            while (this.#running) {
                const id = await submit(stack);
                this.timelines.push(await follow(stack, id));
            }
        });
        // A client that fails makes stop() fail; until then nobody awaits it.
        for (const client of this.#clients) client.catch(() => {});
    }

    /** Lets every client finish what it began; throws what one of them threw. */
    async stop() {
        this.#running = false;
        await Promise.all(this.#clients);
        return this.timelines;
    }
}
