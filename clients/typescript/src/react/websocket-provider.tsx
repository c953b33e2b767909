import { type ReactNode, useEffect, useState } from 'react';
import { RealtimeConnection } from '../connection.js';
import type { ConnectionOptions } from '../connection-options.js';
import { GenerationClient, type GenerationClientOptions } from '../generation-client.js';
import { RecoveryStore } from '../recovery-store.js';
import { createConnectionStore } from './connection-store.js';
import { Context } from './context.js';
import { createQualityStore } from './quality-store.js';

export interface WebSocketProviderProps extends ConnectionOptions, Omit<GenerationClientOptions, 'fetch' | 'apiUrl'> {
  /** Bring your own, for example to share it with code outside React. The options are then its maker's affair. */
  connection?: RealtimeConnection;
  client?: GenerationClient;
  recovery?: RecoveryStore;
  children?: ReactNode;
}

/** One connection for the application, opened when the first component watches something. Options are read once. */
export function WebSocketProvider({ children, connection, client, recovery, ...options }: WebSocketProviderProps) {
  const [context] = useState(() => {
    const shared = connection ?? new RealtimeConnection(options);
    return {
      connection: shared,
      client: client ?? new GenerationClient(options),
      recovery: recovery ?? new RecoveryStore(),
      status: createConnectionStore(() => ({ connection: shared, release: () => undefined })),
      quality: createQualityStore(shared),
    };
  });
  useEffect(() => {
    // A connection that was handed in belongs to someone else.
    const own = connection ? undefined : context.connection;
    return () => own?.close();
  }, [connection, context]);
  return <Context.Provider value={context}>{children}</Context.Provider>;
}
