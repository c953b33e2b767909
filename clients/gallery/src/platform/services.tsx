import { type ConnectionOptions, GenerationClient, RealtimeConnection } from '@lockngen/client';
import { createContext, useContext } from 'react';
import { GenerationFeed } from '../generations/generation-feed';
import type { GalleryConfig } from './config';
import { DraftStore } from './draft-store';
import type { Identity } from './identity';
import { readToken } from './identity';

/** The services of the page; created once. */
export interface Services {
  readonly client: GenerationClient;
  readonly connection: RealtimeConnection;
  readonly feed: GenerationFeed;
  readonly draft: DraftStore;
  readonly identity: Identity;
  readonly config: GalleryConfig;
  /**
   * The address of a picture, or of a thumbnail of this many pixels: events and responses give it relative to the API,
   * previews relative to the gateway.
   */
  imageUrl(url: string, size?: number): string;
  previewUrl(url: string): string;
}

/** `platform`: what the browser provides and tests replace. */
export function createServices(
  config: GalleryConfig,
  identity: Identity,
  platform: Pick<ConnectionOptions, 'WebSocket'> = {},
): Services {
  const { apiUrl, realtimeUrl } = config;
  const sessionId = identity.view === 'public' ? identity.sessionId : undefined;
  const token = readToken(sessionStorage);
  const options = { apiUrl, realtimeUrl, sessionId, ...(token && { getToken: () => readToken(sessionStorage) }) };
  const client = new GenerationClient(options);
  const connection = new RealtimeConnection({ ...options, ...platform });
  return {
    client,
    connection,
    identity,
    config,
    feed: new GenerationFeed(client, connection),
    draft: new DraftStore(localStorage),
    imageUrl: (url, size) => within(apiUrl, url, size ? `?size=${size}` : ''),
    previewUrl: (url) => within(realtimeUrl, url),
  };
}

/** An absolute address or a data: URL is kept. */
function within(base: string, url: string, query = ''): string {
  return url.startsWith('/') ? `${base}${url}${query}` : url;
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) {
    throw new Error('Components of the gallery need <ServicesContext> around them.');
  }
  return services;
}
