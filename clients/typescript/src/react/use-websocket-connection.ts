import { useSyncExternalStore } from 'react';
import type { ConnectionQuality } from '../quality.js';
import type { IWebSocketState } from './connection-reducer.js';
import { useLockNGen } from './context.js';

export interface WebSocketConnection extends IWebSocketState {
  readonly quality: ConnectionQuality;
  /** Tries again after `error`. */
  reconnect(): void;
}

/** Status and quality of the application's connection. */
export function useWebSocketConnection(): WebSocketConnection {
  const { connection, store } = useLockNGen('useWebSocketConnection');
  const state = useSyncExternalStore(store.subscribe, store.getSnapshot, store.getServerSnapshot);
  return { ...state, quality: connection.quality, reconnect: () => connection.connect() };
}
