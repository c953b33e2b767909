import { RealtimeConnection } from '../connection.js';
import type { ConnectionOptions } from '../connection-options.js';

interface Shared {
  readonly connection: RealtimeConnection;
  users: number;
}

const shared = new Map<string, Shared>();

/** One connection per gateway for hooks outside a provider. It exists until its last user is gone and it has closed. */
export function acquireConnection(realtimeUrl: string, options: ConnectionOptions) {
  const entry = shared.get(realtimeUrl) ?? create(realtimeUrl, options);
  entry.users++;
  return {
    connection: entry.connection,
    release() {
      entry.users--;
      forgetUnused(realtimeUrl, entry);
    },
  };
}

function create(realtimeUrl: string, options: ConnectionOptions): Shared {
  const entry = { connection: new RealtimeConnection({ ...options, realtimeUrl }), users: 0 };
  entry.connection.on('state', () => forgetUnused(realtimeUrl, entry));
  shared.set(realtimeUrl, entry);
  return entry;
}

/** A connection that is still open is kept: the next user (StrictMode, the next page) reuses it. */
function forgetUnused(realtimeUrl: string, { connection, users }: Shared): void {
  const { status, retryInMs } = connection.state;
  const isClosed = status === 'error' || (status === 'disconnected' && retryInMs === undefined);
  if (users === 0 && isClosed) {
    shared.delete(realtimeUrl);
  }
}
