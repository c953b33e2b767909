import type { ConnectionStatus } from '../connection-state.js';
import type { ConnectionError } from '../errors.js';
import type { GenerationMessage } from '../events.js';
import type { TransportKind } from '../transports/transport.js';

/** What `useWebSocket` returns. */
export interface IWebSocketState {
  readonly connectionStatus: ConnectionStatus;
  readonly lastMessage: GenerationMessage | null;
  readonly error: ConnectionError | null;
  readonly transport: TransportKind | null;
  readonly reconnectAttempts: number;
  /** Received, but not yet delivered to their handlers. */
  readonly queuedMessages: number;
}

export type ConnectionAction =
  | { type: 'CONNECTION_ESTABLISHED'; transport: TransportKind }
  /** `queued`: how many are pending now. */
  | { type: 'MESSAGE_QUEUED'; queued: number }
  | { type: 'MESSAGE_RECEIVED'; message: GenerationMessage; queued: number }
  /** `error` is absent after an intended close; an error that is not `recovering` is final. */
  | { type: 'CONNECTION_LOST'; error?: ConnectionError }
  | { type: 'RECONNECT_ATTEMPT'; attempt: number };

export const initialConnection: IWebSocketState = {
  connectionStatus: 'disconnected',
  lastMessage: null,
  error: null,
  transport: null,
  reconnectAttempts: 0,
  queuedMessages: 0,
};

export function connectionReducer(state: IWebSocketState, action: ConnectionAction): IWebSocketState {
  switch (action.type) {
    case 'CONNECTION_ESTABLISHED':
      return {
        ...state,
        connectionStatus: 'connected',
        transport: action.transport,
        error: null,
        reconnectAttempts: 0,
      };
    case 'MESSAGE_QUEUED':
      return { ...state, queuedMessages: action.queued };
    case 'MESSAGE_RECEIVED':
      return { ...state, lastMessage: action.message, queuedMessages: action.queued };
    case 'CONNECTION_LOST': {
      const { error = null } = action;
      const connectionStatus = error && !error.recovering ? 'error' : 'disconnected';
      return { ...state, connectionStatus, transport: null, error };
    }
    case 'RECONNECT_ATTEMPT':
      return { ...state, connectionStatus: 'connecting', reconnectAttempts: action.attempt };
  }
}
