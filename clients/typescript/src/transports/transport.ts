import type { Credentials } from '../auth.js';

/** What to request from the gateway: single generations, each with the cursor to resume after, and whether all others, too. */
export interface Targets {
  readonly generations: ReadonlyMap<string, number | undefined>;
  readonly all: boolean;
}

/** Types of events; undefined = all. */
export type Types = readonly string[] | undefined;

/** Whether a connection opened for `asked` delivers everything that is `wanted`. */
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
  /** The HTTP status, if it is known. */
  readonly status?: number;
  /** The delay that the server requested. */
  readonly retryAfterMs?: number;
}

export interface TransportHandlers {
  opened(): void;
  /** `scope` says to which of the targets the frame belongs, because a generation may be part of both. */
  received(text: string, scope: Scope): void;
  /** Called once, last. Not called after `close()`. */
  closed(disconnect: Disconnect): void;
}

export type Scope = 'generations' | 'all';

export type TransportKind = 'websocket' | 'sse' | 'polling';

/** One connection to the gateway: opened when it is created, ended once. */
export interface Transport {
  readonly kind: TransportKind;
  /**
   * The targets or types have changed. Returns true if this connection was opened for fewer types and cannot deliver them: another
   * one must replace it.
   */
  update(): boolean;
  /** Only if the client can send. */
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

/** The part of the platform's WebSocket that is used; browsers, Node 22 and the `ws` package have it. */
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
