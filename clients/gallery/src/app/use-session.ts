import type { Session } from '@lockngen/client';
import { useEffect, useState } from 'react';
import { useServices } from '../platform/services';

/** The delay between two attempts to identify the visitor, in milliseconds. */
const retryMs = 5_000;

/** The visitor as the server identifies them; null until it has responded. */
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
        // Without a response the page works as for any visitor: what is not allowed is refused when it is tried.
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
