import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { precompress } from './build/precompress.js';

/** The address of the services for `npm run dev`: those of `./run`. */
const backend = process.env.LOCKNGEN_URL ?? 'http://127.0.0.1:5080';

export default defineConfig({
  plugins: [react(), tailwindcss(), precompress()],
  build: {
    target: 'es2022',
    // The Content-Security-Policy allows no data: fonts, and a hashed file is cached for good anyway.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { '/api': { target: backend, ws: true }, '/config.json': backend },
  },
  test: {
    restoreMocks: true,
    // Limits are only for what never happens: a busy machine is slow.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    coverage: { include: ['src/**'] },
    projects: [
      {
        extends: true,
        test: {
          name: 'page',
          environment: 'happy-dom',
          // The services of a test listen on another port, which is another origin.
          environmentOptions: { happyDOM: { settings: { fetch: { disableSameOriginPolicy: true } } } },
          setupFiles: ['tests/support/setup.ts'],
          include: ['tests/**/*.test.{ts,tsx}'],
          exclude: ['tests/build/**', 'tests/browser/**'],
        },
      },
      { extends: true, test: { name: 'build', environment: 'node', include: ['tests/build/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'browser',
          environment: 'node',
          include: ['tests/browser/*.test.ts'],
          // One Chromium at a time, which draws without a graphics card: on a busy machine a model takes half a minute.
          maxWorkers: 1,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          expect: { poll: { timeout: 120_000 } },
        },
      },
    ],
  },
});
