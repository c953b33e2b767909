import type { ConnectionError } from './errors.js';
import type { TransportKind } from './transports/transport.js';

/**
 * connecting: an attempt is in progress. connected: events are received. disconnected: there are no subscriptions, or a delay before the next
 * attempt. error: the client has given up; `connect()` tries again.
 */
export type ConnectionStatus = 'connecting' | 'connected' | 'disconnected' | 'error';

export interface ConnectionState {
  readonly status: ConnectionStatus;
  readonly transport?: TransportKind;
  /** Consecutive attempts without a lasting connection. */
  readonly attempt: number;
  /** Why the connection was lost; kept until the next one is open. */
  readonly error?: ConnectionError;
  readonly retryInMs?: number;
}

export const closedState: ConnectionState = { status: 'disconnected', attempt: 0 };
