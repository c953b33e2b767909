import { randomBytes } from "node:crypto";
import { request } from "node:http";
import { request as secureRequest } from "node:https";
import { Socket } from "./socket.mjs";

const REQUEST_TIMEOUT_MS = 60_000;
const TERMINAL = new Set(["generation.completed", "generation.failed", "generation.cancelled"]);

export const isTerminal = (event) => TERMINAL.has(event.type);
export const isEvent = (frame) => frame.type?.startsWith("generation.") && frame.type !== "generation.snapshot";

/** The installation under test, by its public interface. */
export class Installation {
    /** Without a token authentication must be off there. */
    constructor(url, token) {
        this.url = url;
        this.token = token;
    }

    get credentials() {
        return this.token ? { authorization: `Bearer ${this.token}` } : {};
    }

    /** A request to a path, or to an address that the installation gave. */
    fetch(path, { headers, ...options } = {}) {
        return fetch(/^https?:/.test(path) ? path : this.url + path, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS), headers: { ...this.credentials, ...headers }, ...options });
    }

    async json(path, options) {
        const response = await this.fetch(path, options);
        if (!response.ok) throw new Error(`${options?.method ?? "GET"} ${path} answers ${response.status} ${await response.text()}`);
        return response.json();
    }

    post(path, body, headers = {}) {
        return this.fetch(path, {
            method: "POST",
            headers: { "content-type": "application/json", ...headers },
            body: typeof body === "string" ? body : JSON.stringify(body),
        });
    }

    /** Submits a small picture; returns its id. */
    async submit({ steps = 4, ...rest } = {}, headers = {}) {
        const parameters = { prompt: "a lighthouse in the fog", steps, width: 256, height: 256 };
        const response = await this.post("/api/generations", { template: "txt2img", parameters, ...rest }, headers);
        if (response.status !== 202) throw new Error(`a submission answers ${response.status} ${await response.text()}`);
        return (await response.json()).id;
    }

    /** An open WebSocket, as a browser opens it: it cannot send a header, so a token is swapped for a ticket. */
    async connect(query = "") {
        const parameters = new URLSearchParams(query);
        if (this.token) parameters.set("ticket", (await this.json("/api/realtime/tickets", { method: "POST" })).ticket);
        return Socket.open(`${this.url.replace(/^http/, "ws")}/api/ws/progress?${parameters}`);
    }

    /** The status that a WebSocket handshake is answered with; WebSocket clients do not tell it. */
    handshake(query, headers = {}) {
        const send = this.url.startsWith("https:") ? secureRequest : request;
        return new Promise((resolve, reject) => {
            const handshake = send(`${this.url}/api/ws/progress${query}`, {
                timeout: REQUEST_TIMEOUT_MS,
                headers: {
                    connection: "Upgrade",
                    upgrade: "websocket",
                    "sec-websocket-version": "13",
                    "sec-websocket-key": randomBytes(16).toString("base64"),
                    ...this.credentials,
                    ...headers,
                },
            });
            handshake.on("response", (response) => {
                response.resume();
                resolve(response.statusCode);
            });
            handshake.on("upgrade", (response, socket) => {
                socket.destroy();
                resolve(response.statusCode);
            });
            handshake.on("timeout", () => handshake.destroy(new Error("the handshake is not answered")));
            handshake.on("error", reject);
            handshake.end();
        });
    }

    /** The events of a generation by WebSocket, from a cursor to its end. */
    async followByWebSocket(id, after = 0, more = "") {
        const socket = await this.connect(`?generationId=${id}&after=${after}${more}`);
        const events = [];
        do {
            const frame = await socket.next();
            if (frame.type === "subscription.gap") throw new Error(`gap (${frame.reason}) after ${after}`);
            if (isEvent(frame)) events.push(frame);
        } while (!events.some(isTerminal));
        socket.close();
        return events;
    }

    /** The events of a generation by SSE, as { id, event } with the id of the stream. */
    async followBySse(id, after = 0, headers = {}) {
        const abort = new AbortController();
        const response = await fetch(`${this.url}/api/sse/progress?generationId=${id}${after === null ? "" : `&after=${after}`}`, { signal: abort.signal, headers: { ...this.credentials, ...headers } });
        const told = [];
        let text = "";
        for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
            text += chunk;
            for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
                const lines = text.slice(0, end).split("\n");
                text = text.slice(end + 2);
                const field = (name) => lines.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1).trim();
                if (!field("data")) continue;
                const event = JSON.parse(field("data"));
                if (isEvent(event)) told.push({ id: field("id"), name: field("event"), event });
                if (!isTerminal(event)) continue;
                abort.abort();
                return told;
            }
        }
        throw new Error("the stream ended before the generation");
    }

    /** The events of a generation by long polling. */
    async followByPolling(id, after = 0) {
        const events = [];
        while (!events.some(isTerminal)) {
            const answer = await this.json(`/api/generations/${id}/progress?after=${after}&wait=20`);
            events.push(...answer.events);
            after = answer.after;
        }
        return events;
    }
}
