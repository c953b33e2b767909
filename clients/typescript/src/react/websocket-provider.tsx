import { type ReactNode, useEffect, useState } from 'react';
import type { AuthOptions } from '../auth.js';
import { RealtimeConnection } from '../connection.js';
import type { ConnectionOptions } from '../connection-options.js';
import { GenerationClient, type GenerationClientOptions } from '../generation-client.js';
import { RecoveryStore } from '../recovery-store.js';
import { createConnectionStore } from './connection-store.js';
import { Context } from './context.js';
import { createQualityStore } from './quality-store.js';
import { useLatest } from './use-latest.js';

export interface WebSocketProviderProps extends ConnectionOptions, Omit<GenerationClientOptions, 'fetch' | 'apiUrl'> {
  /** An existing connection, for example to share it with code outside React. The options are then ignored. */
  connection?: RealtimeConnection;
  client?: GenerationClient;
  recovery?: RecoveryStore;
  children?: ReactNode;
}

/**
 * One connection for the application, opened with the first subscription of a component. Options are read once, except that
 * `getToken` is always the one of the latest render.
 */
export function WebSocketProvider({ children, connection, client, recovery, ...options }: WebSocketProviderProps) {
  const latest = useLatest(options.getToken);
  const [context] = useState(() => {
    const getToken: AuthOptions['getToken'] = options.getToken && ((refresh) => latest.current?.(refresh));
    const shared = connection ?? new RealtimeConnection({ ...options, getToken });
    return {
      connection: shared,
      client: client ?? new GenerationClient({ ...options, getToken }),
      recovery: recovery ?? new RecoveryStore(),
      status: createConnectionStore(() => ({ connection: shared, release: () => undefined })),
      quality: createQualityStore(shared),
    };
  });
  useEffect(() => {
    // A connection that was passed in belongs to the caller.
    const own = connection ? undefined : context.connection;
    return () => own?.close();
  }, [connection, context]);
  return <Context.Provider value={context}>{children}</Context.Provider>;
}
