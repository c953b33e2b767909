import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest';
import { Backend } from '../../support/backend';

const root = join(import.meta.dirname, '../../..');

/** The same as the gateway's, in GalleryEndpoints. */
const policy =
  "default-src 'self'; connect-src 'self'; img-src 'self' data: blob:; media-src 'self'; style-src 'self' 'unsafe-inline'; " +
  "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

interface Visit {
  readonly page: Page;
  readonly backend: Backend;
  /** Every file that the page asked for. */
  readonly paths: () => string[];
}

/** The built page in a real Chromium, under the policy of the gateway, with services on a real port. */
export function inChromium() {
  let folder = '';
  let browser: Browser;
  const leave: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gallery-'));
    // Under vitest it is "test", and React would be built with all its checks.
    vi.stubEnv('NODE_ENV', 'production');
    await build({ root, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
    const args = [
      '--no-sandbox',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--disable-background-networking',
    ];
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args });
  });

  afterEach(async () => {
    for (const close of leave.splice(0)) {
      await close();
    }
  });

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  return async (
    prepare: (backend: Backend) => void = () => undefined,
    options: BrowserContextOptions = {},
  ): Promise<Visit> => {
    const backend = await Backend.start();
    prepare(backend);
    const files = await readAll(folder);
    backend.answer('GET /config.json', () => ({}));
    backend.gateway.fallback = (_, { pathname }) => {
      const body = files.get(pathname === '/' ? '/index.html' : pathname);
      const headers = {
        'Content-Type': types[extname(pathname)] ?? types['.html'] ?? '',
        'Content-Security-Policy': policy,
      };
      return body ? { headers, body } : { status: 404 };
    };
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    context.setDefaultTimeout(120_000);
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') {
        problems.push(message.text());
      }
    });
    leave.push(async () => {
      await context.close();
      await backend.stop();
      expect(problems).toEqual([]);
    });
    await page.goto(backend.url);
    await page.locator('[data-testid=connection][data-status=connected]').waitFor();
    return { page, backend, paths: () => backend.gateway.requests.map(({ url }) => url.pathname) };
  };
}

async function readAll(folder: string): Promise<Map<string, Buffer>> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const files = names.map(({ parentPath, name }) => join(parentPath, name));
  return new Map(
    await Promise.all(files.map(async (path) => [path.slice(folder.length), await readFile(path)] as const)),
  );
}
