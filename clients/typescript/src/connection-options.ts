import type { AuthOptions } from './auth.js';
import type { ConnectionState } from './connection-state.js';
import type { ConnectionError } from './errors.js';
import type { GenerationMessage, MessageType } from './events.js';
import type { GenerationState } from './generation-state.js';
import type { ReconnectOptions } from './reconnecting-transport.js';
import type { WebSocketConstructor } from './transports/transport.js';

export interface ConnectionOptions extends AuthOptions, ReconnectOptions {
  /** The address of the gateway, for example `https://gen.example.org`. Default: the page's own origin. */
  realtimeUrl?: string;
  /** The address of the API, which polling asks for the active generations. Default: `realtimeUrl`. */
  apiUrl?: string;
  /** Default: that of the platform. Node before version 22 has none: pass the one of the `ws` package. */
  WebSocket?: WebSocketConstructor;
  fetch?: typeof fetch;
  /** Asks the gateway to send only these types. Default: the types of the subscriptions, or all if one of them names none. */
  types?: readonly MessageType[];
  /** How previews are sent: as addresses (default), as data: URLs in the events, or not at all. */
  preview?: 'url' | 'inline' | 'none';
  /** The interval of the polling fallback, in milliseconds. Default 2,000. */
  pollIntervalMs?: number;
  /** How long the connection stays open without subscriptions, in milliseconds. Default 1,000. */
  lingerMs?: number;
}

export interface SubscribeOptions<T extends MessageType = MessageType> {
  /** Delivers only these types. If all subscriptions of a connection name theirs, the gateway does not send the others. */
  types?: readonly T[];
  /**
   * Delivers progress at most once per this many milliseconds, the newest of each type, and outcomes immediately. Default 0: every
   * message. 16 is a frame.
   */
  debounceMs?: number;
}

export interface GenerationSubscribeOptions<T extends MessageType = MessageType> extends SubscribeOptions<T> {
  /** Every event after this sequence; 0 = from the beginning. Default: a snapshot, then all later events. */
  after?: number;
  /** A state from an earlier visit: continues after its last event. */
  state?: GenerationState;
}

export type ConnectionEvents = {
  state: ConnectionState;
  open: ConnectionState;
  close: ConnectionState;
  error: ConnectionError;
  /** An accepted message, before its handlers run. */
  queued: GenerationMessage;
  message: GenerationMessage;
  /** Round trip of a ping, in milliseconds. */
  latency: number;
  /** What could not be understood, unchanged. */
  unknown: { raw: unknown; reason: string };
};
