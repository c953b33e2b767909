import { useCallback, useSyncExternalStore } from 'react';
import type { ConnectionQuality } from '../quality.js';
import type { IWebSocketState } from './connection-reducer.js';
import { useLockNGen } from './context.js';

export interface WebSocketConnection
  extends Pick<IWebSocketState, 'connectionStatus' | 'error' | 'transport' | 'reconnectAttempts'> {
  /** Refreshed once a second. */
  readonly quality: ConnectionQuality;
  /** Tries again after `error`; the same function in every render. */
  reconnect(): void;
}

/** Status and quality of the application's connection. */
export function useWebSocketConnection(): WebSocketConnection {
  const { connection, status, quality } = useLockNGen('useWebSocketConnection');
  const state = useSyncExternalStore(status.subscribe, status.getSnapshot, status.getServerSnapshot);
  const reconnect = useCallback(() => connection.connect(), [connection]);
  return {
    connectionStatus: state.connectionStatus,
    error: state.error,
    transport: state.transport,
    reconnectAttempts: state.reconnectAttempts,
    quality: useSyncExternalStore(quality.subscribe, quality.getSnapshot, quality.getServerSnapshot),
    reconnect,
  };
}
