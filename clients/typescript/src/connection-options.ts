import type { AuthOptions } from './auth.js';
import type { ConnectionState } from './connection-state.js';
import type { ConnectionError } from './errors.js';
import type { GenerationMessage, MessageType } from './events.js';
import type { GenerationState } from './generation-state.js';
import type { ReconnectOptions } from './reconnecting-transport.js';
import type { WebSocketConstructor } from './transports/transport.js';

export interface ConnectionOptions extends AuthOptions, ReconnectOptions {
  /** Where the gateway is, for example `https://gen.example.org`. Default: the page's own origin. */
  realtimeUrl?: string;
  /** Where the API is; polling asks it which generations run. Default: `realtimeUrl`. */
  apiUrl?: string;
  /** Default: the platform's. Node before 22 has none: pass the one of the `ws` package. */
  WebSocket?: WebSocketConstructor;
  fetch?: typeof fetch;
  /** Asks the gateway to send only these types. Default: those that the subscriptions name, and all if one names none. */
  types?: readonly MessageType[];
  /** How previews come: as addresses (default), as data: URLs inside the events, or not at all. */
  preview?: 'url' | 'inline' | 'none';
  /** Of the polling fallback, in milliseconds. Default 2,000. */
  pollIntervalMs?: number;
  /** How long the connection stays open with nothing to watch, in milliseconds. Default 1,000. */
  lingerMs?: number;
}

export interface SubscribeOptions<T extends MessageType = MessageType> {
  /** Hands on only these types. Where all subscriptions of a connection name theirs, the gateway does not send the others. */
  types?: readonly T[];
  /**
   * Hands on progress at most once in so many milliseconds, of each type the newest, and outcomes at once. Default 0: every
   * message. 16 is a frame.
   */
  debounceMs?: number;
}

export interface GenerationSubscribeOptions<T extends MessageType = MessageType> extends SubscribeOptions<T> {
  /** Every event after this sequence; 0 = from the beginning. Default: a snapshot, then what happens from now on. */
  after?: number;
  /** A state from an earlier visit: goes on after its last event. */
  state?: GenerationState;
}

export type ConnectionEvents = {
  state: ConnectionState;
  open: ConnectionState;
  close: ConnectionState;
  error: ConnectionError;
  /** An accepted message, before its handlers have their turn. */
  queued: GenerationMessage;
  message: GenerationMessage;
  /** Round trip of a ping, in milliseconds. */
  latency: number;
  /** What could not be understood, as it came. */
  unknown: { raw: unknown; reason: string };
};
