import { useCallback, useEffect, useState } from 'react';
import { useServices } from '../app/services';
import type { InstanceList } from './instances';

/** In milliseconds; the API itself hears of the machines once a second. */
const refreshMs = 3_000;

/** The machines and the queue while the page is in view. */
export function useInstances() {
  const { client } = useServices();
  const [list, setList] = useState<InstanceList | null>(null);

  const refresh = useCallback(
    async (signal?: AbortSignal) => {
      if (document.visibilityState === 'visible') {
        // What is known stays on show; that the server does not answer is the connection indicator's news.
        const answer = await client.instances<InstanceList>(signal).catch(() => null);
        setList((before) => answer ?? before);
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

  return { list, refresh };
}
