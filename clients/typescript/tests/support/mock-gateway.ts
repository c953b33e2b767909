import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { GenerationEvent } from '../../src/index.js';
import { Ring } from './ring.js';
import { Signal } from './signal.js';

interface Listener {
  readonly kind: 'websocket' | 'sse';
  /** As the query names them; undefined = all. */
  readonly types: readonly string[] | undefined;
  readonly ids: Set<string>;
  all: boolean;
  send(frame: unknown): void;
  end(code: number): void;
  destroy(): void;
}

interface Refusal {
  status: number;
  retryAfter?: number;
}

export interface RecordedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
}

type Route = (
  request: IncomingMessage,
  url: URL,
  body: Buffer,
) => { status?: number; headers?: Record<string, string>; body?: unknown };

/** Speaks the gateway's protocol on real sockets: WebSocket, SSE and polling with a ring, resume, gaps and drains. */
export class MockGateway {
  /** Upgrades, streams and polls are refused with this. */
  refuse: Partial<Record<'websocket' | 'sse' | 'polling', Refusal>> = {};
  answersPings = true;
  ringCapacity = 256;
  readonly requests: RecordedRequest[] = [];
  readonly frames: Record<string, unknown>[] = [];
  /** By "METHOD /path"; `*` stands for one path segment. */
  readonly routes = new Map<string, Route>();
  /** Answers what no route does. */
  fallback: Route | undefined;
  readonly changed = new Signal();

  readonly #server: Server = createServer((request, response) => void this.#answer(request, response));
  readonly #webSockets = new WebSocketServer({ noServer: true });
  readonly #listeners = new Set<Listener>();
  readonly #rings = new Map<string, Ring>();
  readonly #sockets = new Set<Socket>();

  static async start(): Promise<MockGateway> {
    const gateway = new MockGateway();
    await gateway.listen(0);
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get connections(): readonly Listener[] {
    return [...this.#listeners];
  }

  get openSockets(): number {
    return this.#sockets.size;
  }

  count(path: string): number {
    return this.requests.filter(({ url }) => url.pathname === path).length;
  }

  private constructor() {
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as Socket, head));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        this.changed.notify();
      });
    });
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Publishes events as the broker would deliver them. */
  publish(...events: GenerationEvent[]): void {
    for (const event of events) {
      this.#ring(event.generationId).append(event);
      for (const listener of this.#listeners) {
        if (wants(listener, event) && (listener.all || listener.ids.has(event.generationId))) {
          listener.send(event);
        }
      }
    }
  }

  /** Sends to every connection, whatever it is. */
  sendRaw(text: string): void {
    for (const listener of this.#listeners) {
      listener.send(text);
    }
  }

  /** Cuts every connection without a word. */
  drop(): void {
    for (const listener of [...this.#listeners]) {
      listener.destroy();
    }
  }

  close(code: number): void {
    for (const listener of [...this.#listeners]) {
      listener.end(code);
    }
  }

  drain(retryAfterMs: number): void {
    this.sendRaw(JSON.stringify({ type: 'server.draining', retryAfterMs }));
    this.close(1001);
  }

  forget(id: string): void {
    this.#rings.delete(id);
  }

  #ring(id: string): Ring {
    const ring = this.#rings.get(id) ?? new Ring(id, this.ringCapacity);
    this.#rings.set(id, ring);
    return ring;
  }

  #record(request: IncomingMessage): URL {
    const url = new URL(request.url ?? '/', this.url);
    this.requests.push({ method: request.method ?? 'GET', url, headers: request.headers });
    this.changed.notify();
    return url;
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const url = this.#record(request);
    const refusal = this.refuse.websocket;
    if (refusal) {
      socket.end(`HTTP/1.1 ${refusal.status} Refused\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => this.#acceptWebSocket(webSocket, url));
  }

  #acceptWebSocket(webSocket: WebSocket, url: URL): void {
    const listener: Listener = {
      kind: 'websocket',
      types: typesOf(url),
      ids: new Set(),
      all: false,
      send: (frame) => webSocket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
      end: (code) => webSocket.close(code),
      destroy: () => webSocket.terminate(),
    };
    webSocket.on('message', (data) => this.#receive(listener, JSON.parse(String(data))));
    webSocket.on('close', () => this.#remove(listener));
    this.#join(listener, url);
  }

  #receive(listener: Listener, frame: { type: string; generationId?: string; after?: number; id?: number }): void {
    this.frames.push(frame);
    this.changed.notify();
    if (frame.type === 'ping' && this.answersPings) {
      listener.send({ type: 'pong', id: frame.id });
    } else if (frame.type === 'subscribe' && frame.generationId) {
      this.#subscribe(listener, frame.generationId, frame.after);
    } else if (frame.type === 'subscribe') {
      this.#subscribeAll(listener);
    } else if (frame.type === 'unsubscribe' && frame.generationId) {
      listener.ids.delete(frame.generationId);
    } else if (frame.type === 'unsubscribe') {
      listener.all = false;
    }
  }

  #join(listener: Listener, url: URL): void {
    this.#listeners.add(listener);
    listener.send({ type: 'connection.ready', connectionId: crypto.randomUUID(), heartbeatSeconds: 30 });
    const ids = url.searchParams.getAll('generationId');
    const only = url.searchParams.get('after');
    for (const text of ids) {
      const [id = '', after = only] = text.split(':');
      this.#subscribe(listener, id, after === null ? undefined : Number(after));
    }
    if (ids.length === 0) {
      this.#subscribeAll(listener);
    }
    this.changed.notify();
  }

  #subscribe(listener: Listener, id: string, after: number | undefined): void {
    listener.ids.add(id);
    const { gap, snapshot, events } = this.#ring(id).since(after);
    for (const frame of [gap, snapshot, ...events.filter((event) => wants(listener, event))]) {
      if (frame) {
        listener.send(frame);
      }
    }
  }

  #subscribeAll(listener: Listener): void {
    listener.all = true;
    for (const ring of this.#rings.values()) {
      if (!listener.ids.has(ring.id) && ring.snapshot().sequence > 0) {
        listener.send(ring.snapshot());
      }
    }
  }

  #remove(listener: Listener): void {
    this.#listeners.delete(listener);
    this.changed.notify();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = this.#record(request);
    const body = await read(request);
    const poll = /^\/api\/generations\/([^/]+)\/progress$/.exec(url.pathname);
    if (url.pathname === '/api/sse/progress') {
      this.#answerSse(response, url);
    } else if (poll?.[1]) {
      this.#answerPoll(response, url, poll[1]);
    } else {
      const path = url.pathname.replace(/(?<=generations\/)[^/]+/, '*');
      const route = this.routes.get(`${request.method} ${path}`) ?? this.fallback;
      const { status = route ? 200 : 404, headers, body: answer } = route?.(request, url, body) ?? {};
      response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
      response.end(answer === undefined || Buffer.isBuffer(answer) ? answer : JSON.stringify(answer));
    }
  }

  #answerSse(response: ServerResponse, url: URL): void {
    if (refused(response, this.refuse.sse)) {
      return;
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const listener: Listener = {
      kind: 'sse',
      types: typesOf(url),
      ids: new Set(),
      all: false,
      send: (frame) => response.write(eventOf(frame)),
      end: () => response.end(),
      destroy: () => response.destroy(),
    };
    response.on('close', () => this.#remove(listener));
    this.#join(listener, url);
  }

  #answerPoll(response: ServerResponse, url: URL, id: string): void {
    if (refused(response, this.refuse.polling)) {
      return;
    }
    const after = url.searchParams.get('after');
    const ring = this.#ring(id);
    const answer = after === null ? ring.snapshot() : { ...ring.since(Number(after)), after: ring.snapshot().sequence };
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(answer));
  }
}

function typesOf(url: URL): readonly string[] | undefined {
  return url.searchParams.get('types')?.split(',');
}

function wants({ types }: Listener, { type }: GenerationEvent): boolean {
  return types?.includes(type) ?? true;
}

/** As on the real stream: named events with ids, and nothing about the connection itself. */
function eventOf(frame: unknown): string {
  if (typeof frame === 'string') {
    return `data: ${frame}\n\n`;
  }
  const { type, sequence } = frame as { type: string; sequence?: number };
  return type === 'connection.ready'
    ? ': still here\n\n'
    : `${sequence ? `id: ${sequence}\n` : ''}event: ${type}\ndata: ${JSON.stringify(frame)}\n\n`;
}

function refused(response: ServerResponse, refusal: Refusal | undefined): boolean {
  if (refusal) {
    const retry = refusal.retryAfter === undefined ? {} : { 'Retry-After': String(refusal.retryAfter) };
    response.writeHead(refusal.status, retry).end();
  }
  return refusal !== undefined;
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
