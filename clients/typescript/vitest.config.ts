import { defineConfig } from 'vitest/config';

/** Limits are for what never comes: a busy machine is slow. The memory test collects garbage before it measures. */
const common = {
  restoreMocks: true,
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 30_000 } },
  execArgv: ['--expose-gc'],
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'core',
          environment: 'node',
          include: ['tests/*.test.ts', 'tests/transports/*.test.ts'],
        },
      },
      {
        test: {
          ...common,
          name: 'react',
          environment: 'happy-dom',
          // The mock gateway is another origin.
          environmentOptions: { happyDOM: { settings: { fetch: { disableSameOriginPolicy: true } } } },
          setupFiles: ['tests/react/setup.ts'],
          include: ['tests/react/**/*.test.{ts,tsx}'],
        },
      },
      {
        test: {
          ...common,
          name: 'package',
          environment: 'node',
          include: ['tests/package/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
    coverage: { include: ['src/**'], exclude: ['src/**/index.ts'] },
  },
});
