import { defineConfig } from 'vitest/config';

const common = { restoreMocks: true, testTimeout: 15_000 };

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
      { test: { ...common, name: 'react', environment: 'happy-dom', include: ['tests/react/**/*.test.{ts,tsx}'] } },
      {
        test: {
          ...common,
          name: 'package',
          environment: 'node',
          include: ['tests/package/*.test.ts'],
          testTimeout: 60_000,
        },
      },
    ],
    coverage: { include: ['src/**'], exclude: ['src/**/index.ts'] },
  },
});
