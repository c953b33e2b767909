/** The addresses of the services; empty = the page's own origin. */
export interface GalleryConfig {
  readonly apiUrl: string;
  readonly realtimeUrl: string;
}

const sameOrigin: GalleryConfig = { apiUrl: '', realtimeUrl: '' };

/** The gateway knows the API's address; a plain file server does not, and then everything has one origin. */
export async function loadConfig(fetch = globalThis.fetch): Promise<GalleryConfig> {
  try {
    const response = await fetch('/config.json', { cache: 'no-cache', signal: AbortSignal.timeout(5_000) });
    const isConfig = response.ok && response.headers.get('Content-Type')?.includes('json');
    const config: Partial<Record<keyof GalleryConfig, string | null>> = isConfig ? await response.json() : {};
    return { apiUrl: base(config.apiUrl), realtimeUrl: base(config.realtimeUrl) };
  } catch {
    return sameOrigin;
  }
}

function base(url: string | null | undefined): string {
  return (url ?? '').replace(/\/+$/, '');
}
