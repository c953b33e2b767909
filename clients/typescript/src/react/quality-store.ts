import type { RealtimeConnection } from '../connection.js';
import type { ConnectionQuality } from '../quality.js';
import { BatchedStore } from './batched-store.js';

export type QualityStore = BatchedStore<ConnectionQuality, ConnectionQuality>;

/** The interval of updates, in milliseconds; people need no more. */
const refreshMs = 1_000;

export function createQualityStore(connection: RealtimeConnection): QualityStore {
  return new BatchedStore(changed, connection.quality, (dispatch) => {
    const refresh = () => dispatch(connection.quality);
    const timer = setInterval(refresh, refreshMs);
    const stop = connection.on('latency', refresh);
    return () => {
      clearInterval(timer);
      stop();
    };
  });
}

function changed(before: ConnectionQuality, now: ConnectionQuality): ConnectionQuality {
  const names = Object.keys(now) as (keyof ConnectionQuality)[];
  return names.some((name) => before[name] !== now[name]) ? now : before;
}
