import type { RealtimeConnection } from '../connection.js';
import { useLockNGen } from './context.js';

/** The application's connection itself, for what no hook covers. */
export function useConnection(): RealtimeConnection {
  return useLockNGen('useConnection').connection;
}
