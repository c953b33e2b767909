import type { Session } from '@lockngen/client';
import { useEffect, useState } from 'react';
import { useServices } from './services';

/** Who the server takes this visitor for; null until it has said so. */
export function useSession(): Session | null {
  const { client } = useServices();
  const [session, setSession] = useState<Session | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    client.session(abort.signal).then(setSession, () => {
      // Without an answer the page works on as a visitor's: what is not allowed is refused where it is tried.
    });
    return () => abort.abort();
  }, [client]);
  return session;
}
