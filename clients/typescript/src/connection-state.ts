import type { ConnectionError } from './errors.js';
import type { TransportKind } from './transports/transport.js';

/**
 * connecting: an attempt is under way. connected: events flow. disconnected: nothing is watched, or a pause before the next
 * attempt. error: the client has given up; `connect()` tries again.
 */
export type ConnectionStatus = 'connecting' | 'connected' | 'disconnected' | 'error';

export interface ConnectionState {
  readonly status: ConnectionStatus;
  readonly transport?: TransportKind;
  /** Reconnect attempts in a row without a lasting connection. */
  readonly attempt: number;
  /** Why the connection was lost; there until the next one stands. */
  readonly error?: ConnectionError;
  readonly retryInMs?: number;
}

export const closedState: ConnectionState = { status: 'disconnected', attempt: 0 };
