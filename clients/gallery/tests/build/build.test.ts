import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gallery-'));
  await build({ root, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

it('Build_FirstLoad_IsBelow200KilobytesOfCompressedScript', async () => {
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  const scripts = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(([, path]) => path ?? '');
  const sizes = await Promise.all(scripts.map(async (path) => (await stat(join(folder, `${path}.br`))).size));
  expect(scripts.length).toBeGreaterThan(0);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(200_000);
});

it('Build_Page_HasNothingInlineAndNothingFromElsewhere', async () => {
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
  expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/);
  expect(html).not.toMatch(/(?:src|href)="https?:/);
  const assets = await readdir(join(folder, 'assets'));
  for (const name of assets.filter((asset) => asset.endsWith('.css'))) {
    expect(await readFile(join(folder, 'assets', name), 'utf8')).not.toMatch(/url\(["']?(?:https?:|data:font)/);
  }
});

it('Build_Texts_AreThereInBothCompressionsToo', async () => {
  const assets = await readdir(join(folder, 'assets'));
  const texts = assets.filter((name) => /\.(js|css)$/.test(name));
  for (const name of texts) {
    const bytes = await readFile(join(folder, 'assets', name));
    if (bytes.length >= 512) {
      expect(brotliDecompressSync(await readFile(join(folder, 'assets', `${name}.br`)))).toEqual(bytes);
      expect(gunzipSync(await readFile(join(folder, 'assets', `${name}.gz`)))).toEqual(bytes);
    }
  }
  expect(texts.length).toBeGreaterThan(0);
});
