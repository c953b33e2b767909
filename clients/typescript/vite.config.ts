import { defineConfig } from 'vite';

/** The core with everything it needs in one file, for pages without a build step: `<script src="lockngen.global.js">`. */
export default defineConfig({
  build: {
    emptyOutDir: false,
    lib: { entry: 'src/index.ts', formats: ['iife'], name: 'LockNGen', fileName: () => 'lockngen.global.js' },
  },
});
