import type { QueueStatus } from '@lockngen/client';
import { useCallback, useEffect, useState } from 'react';
import { useServices } from '../platform/services';
import type { Instance, InstanceList } from './instances';

/** In milliseconds; the API itself receives reports of the instances once a second. */
const refreshMs = 3_000;

export interface OperationsState {
  readonly instances: readonly Instance[];
  readonly queue: QueueStatus;
}

/** The instances and the queue while the page is visible; null until both are known. */
export function useOperations() {
  const { client } = useServices();
  const [state, setState] = useState<OperationsState | null>(null);

  const refresh = useCallback(
    async (signal?: AbortSignal) => {
      if (document.visibilityState === 'hidden') {
        return;
      }
      try {
        const [{ instances }, queue] = await Promise.all([
          client.instances<InstanceList>(signal),
          client.queue(signal),
        ]);
        setState({ instances, queue });
      } catch {
        // What is known stays visible; the connection indicator shows that the server does not respond.
      }
    },
    [client],
  );

  useEffect(() => {
    const abort = new AbortController();
    void refresh(abort.signal);
    const timer = setInterval(() => refresh(abort.signal), refreshMs);
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [refresh]);

  return { state, refresh };
}
