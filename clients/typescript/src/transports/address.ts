import type { Targets, TransportContext, Types } from './transport.js';

/** The query for WebSocket and SSE. Without a generation it means all that the caller may see. */
export function progressQuery(
  generations: Targets['generations'],
  types: Types,
  { preview, credentials }: Pick<TransportContext, 'preview' | 'credentials'>,
): URLSearchParams {
  const query = new URLSearchParams();
  const [only] = generations.size === 1 ? generations : [];
  if (only) {
    const [id, after] = only;
    query.set('generationId', id);
    if (after !== undefined) {
      query.set('after', String(after));
    }
  } else {
    for (const [id, after] of generations) {
      query.append('generationId', after === undefined ? id : `${id}:${after}`);
    }
  }
  if (types) {
    query.set('types', types.join(','));
  }
  if (preview) {
    query.set('preview', preview);
  }
  if (credentials.sessionId) {
    // Browsers cannot set headers on a WebSocket.
    query.set('sessionId', credentials.sessionId);
  }
  return query;
}

export function withQuery(url: string, query: URLSearchParams): string {
  const text = query.toString();
  return text ? `${url}?${text}` : url;
}

/** Browsers accept relative addresses for fetch, but not all of them do for WebSocket. */
export function webSocketUrl(baseUrl: string, path: string): string {
  const url = new URL(`${baseUrl}${path}`, globalThis.location?.href);
  url.protocol = url.protocol.replace('http', 'ws');
  return url.href;
}
