import type { Session } from '@lockngen/client';
import { useEffect, useState } from 'react';
import { useServices } from '../platform/services';

/** Between two attempts to learn who one is, in milliseconds. */
const retryMs = 5_000;

/** Who the server takes this visitor for; null until it has said so. */
export function useSession(): Session | null {
  const { client } = useServices();
  const [session, setSession] = useState<Session | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      try {
        setSession(await client.session(abort.signal));
      } catch {
        // Without an answer the page works on as a visitor's: what is not allowed is refused where it is tried.
        timer = abort.signal.aborted ? undefined : setTimeout(ask, retryMs);
      }
    };
    void ask();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [client]);
  return session;
}
