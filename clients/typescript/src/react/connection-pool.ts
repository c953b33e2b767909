import { type ConnectionOptions, RealtimeConnection } from '../connection.js';

interface Shared {
  readonly connection: RealtimeConnection;
  users: number;
}

const shared = new Map<string, Shared>();

/** One connection per gateway for hooks outside a provider; it goes with its last user. */
export function acquireConnection(realtimeUrl: string, options: ConnectionOptions) {
  const entry = shared.get(realtimeUrl) ?? {
    connection: new RealtimeConnection({ ...options, realtimeUrl }),
    users: 0,
  };
  shared.set(realtimeUrl, entry);
  entry.users++;
  return {
    connection: entry.connection,
    release() {
      entry.users--;
      if (entry.users === 0 && shared.get(realtimeUrl) === entry) {
        shared.delete(realtimeUrl);
      }
    },
  };
}
