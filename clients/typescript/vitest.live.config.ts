import { defineConfig } from 'vitest/config';

if (!process.env.LOCKNGEN_URL) {
  throw new Error('Set LOCKNGEN_URL to a running LockN Gen, for example http://127.0.0.1:5080 of ./run.');
}

export default defineConfig({
  test: { name: 'live', environment: 'node', include: ['tests/live/*.test.ts'], testTimeout: 120_000 },
});
