import { ApiError, GenerationClient } from '@lockngen/client';
import { type FormEvent, useState } from 'react';
import { Refusal } from '../compose/refusal';
import { keepToken } from '../platform/identity';
import { useServices } from '../platform/services';
import { Button } from '../ui/button';

/** Exchanges a token for a session, which also authorizes pictures and sockets. */
export function SignIn() {
  const { config } = useServices();
  const [token, setToken] = useState('');
  const [refusal, setRefusal] = useState<ApiError | null>(null);

  const signIn = async (event: FormEvent) => {
    event.preventDefault();
    setRefusal(null);
    try {
      await new GenerationClient({ apiUrl: config.apiUrl, getToken: () => token.trim() }).startSession();
      keepToken(sessionStorage, config.apiUrl ? token.trim() : undefined);
      location.reload();
    } catch (error) {
      setRefusal(error instanceof ApiError ? error : ApiError.unreachable(error));
    }
  };

  return (
    <main className="mx-auto grid min-h-dvh max-w-md content-center gap-6 px-6">
      <h1 className="font-serif text-5xl">The darkroom is locked.</h1>
      <form onSubmit={signIn} className="space-y-4">
        <label htmlFor="token" className="block text-soft">
          Paste the token that you were given.
        </label>
        <input
          id="token"
          type="password"
          autoComplete="off"
          className="h-12 w-full rounded-full border border-line bg-surface px-5"
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
        <Button type="submit" look="primary" disabled={!token.trim()}>
          Sign in
        </Button>
      </form>
      {refusal && <Refusal error={refusal} />}
    </main>
  );
}
