import type { Credentials } from '../auth.js';

/** What to ask the gateway for: single generations with the cursor to resume after, and whether everything else too. */
export interface Targets {
  readonly generations: ReadonlyMap<string, number | undefined>;
  readonly all: boolean;
}

/** Types of events; undefined = all. */
export type Types = readonly string[] | undefined;

/** Whether a connection that was opened for `asked` brings all that is `wanted`. */
export function covers(asked: Types, wanted: Types): boolean {
  return !asked || (wanted?.every((type) => asked.includes(type)) ?? false);
}

export function isEmpty({ generations, all }: Targets): boolean {
  return generations.size === 0 && !all;
}

/** Why a transport ended, or never opened. */
export interface Disconnect {
  /** A WebSocket close code; the other transports use the same ones. */
  readonly code: number;
  readonly reason: string;
  /** The HTTP status, where one could be seen. */
  readonly status?: number;
  /** The server's wish. */
  readonly retryAfterMs?: number;
}

export interface TransportHandlers {
  opened(): void;
  /** `scope` says which of the targets the frame answers, as a generation may be part of both. */
  received(text: string, scope: Scope): void;
  /** Once, and last. Not called after `close()`. */
  closed(disconnect: Disconnect): void;
}

export type Scope = 'generations' | 'all';

export type TransportKind = 'websocket' | 'sse' | 'polling';

/** One connection to the gateway: opened by its constructor function, ended once. */
export interface Transport {
  readonly kind: TransportKind;
  /**
   * The targets or types have changed. Answers whether this connection cannot carry them, as it was opened for fewer types: another
   * one has to take over.
   */
  update(): boolean;
  /** Only where the client can send. */
  ping?(id: number): void;
  close(): void;
}

export interface TransportContext {
  /** Origin (and path prefix) of the gateway; empty = the page's own. */
  readonly realtimeUrl: string;
  /** Origin (and path prefix) of the API; empty = the page's own. */
  readonly apiUrl: string;
  readonly targets: () => Targets;
  readonly credentials: Credentials;
  readonly fetch: typeof fetch;
  readonly WebSocket: WebSocketConstructor | undefined;
  /** The gateway may leave out other types; undefined = all are wanted. */
  readonly types: () => Types;
  readonly preview?: 'url' | 'inline' | 'none';
  readonly pollIntervalMs: number;
}

export type OpenTransport = (context: TransportContext, handlers: TransportHandlers) => Transport;

/** The part of the platform's WebSocket that is used: browsers, Node 22 and the `ws` package all have it. */
export interface WebSocketLike {
  readonly readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

// biome-ignore lint/suspicious/noExplicitAny: the event types of the DOM and of `ws` are unrelated, so their handlers match nothing narrower.
export type WebSocketConstructor = new (url: string) => any;
