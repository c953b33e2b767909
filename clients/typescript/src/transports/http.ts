import { CloseCode } from '../close-codes.js';
import { retryAfterMs } from '../retry-after.js';
import type { Disconnect, TransportContext } from './transport.js';

/** A request on behalf of a transport: returns a successful response, and throws a `Disconnect` otherwise. */
export async function request(
  { credentials, fetch }: Pick<TransportContext, 'credentials' | 'fetch'>,
  url: string,
  init: RequestInit & { headers?: Record<string, string> },
): Promise<Response> {
  let response: Response;
  try {
    const headers = { ...init.headers, ...(await credentials.headers()) };
    response = await fetch(url, { cache: 'no-store', ...init, credentials: credentials.mode, headers });
  } catch (error) {
    throw disconnect(error);
  }
  if (response.ok) {
    return response;
  }
  await response.body?.cancel();
  throw {
    code: CloseCode.abnormal,
    reason: response.statusText,
    status: response.status,
    retryAfterMs: retryAfterMs(response.headers.get('Retry-After')),
  } satisfies Disconnect;
}

/** A network failure, or any other end of a stream, as a `Disconnect`. */
export function disconnect(error: unknown): Disconnect {
  if (typeof error === 'object' && error && 'code' in error && 'reason' in error) {
    return error as Disconnect;
  }
  return { code: CloseCode.abnormal, reason: error instanceof Error ? error.message : String(error) };
}
