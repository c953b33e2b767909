import { createContext, useContext } from 'react';
import type { RealtimeConnection } from '../connection.js';
import type { GenerationClient } from '../generation-client.js';
import type { RecoveryStore } from '../recovery-store.js';
import type { ConnectionStore } from './connection-store.js';
import type { QualityStore } from './quality-store.js';

export interface LockNGenContext {
  readonly connection: RealtimeConnection;
  readonly client: GenerationClient;
  readonly recovery: RecoveryStore;
  readonly status: ConnectionStore;
  readonly quality: QualityStore;
}

export const Context = createContext<LockNGenContext | null>(null);

export function useLockNGen(hook: string): LockNGenContext {
  const context = useContext(Context);
  if (!context) {
    throw new Error(
      `${hook} needs a connection: wrap your application in <WebSocketProvider> (from '@lockngen/client/react').`,
    );
  }
  return context;
}
