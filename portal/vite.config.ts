import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// The server to develop against: npm run dev passes everything else on to it.
const server = process.env.MOORAGE_URL ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    outDir: '../src/moorage/portal/assets',
    emptyOutDir: true,
    // Nothing is inlined: the policy of the page allows no data: in styles and scripts.
    assetsInlineLimit: 0,
    manifest: 'manifest.json',
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        // What every page needs compresses better in one piece, and stays in the cache of a browser for longer.
        codeSplitting: {
          groups: [{ name: 'base', test: /node_modules\/(react|react-dom|scheduler|react-router|@tanstack)\// }],
        },
      },
    },
  },
  server: {
    proxy: Object.fromEntries(['/api', '/c', '/swagger.json', '/devcenter-api-2.0'].map((path) => [path, server])),
  },
  test: {
    restoreMocks: true,
    server: { deps: { inline: [/@patternfly/] } },
    css: false,
    // A browser's world is made for every file that renders something; what does not need it is not kept waiting.
    projects: [
      { extends: true, test: { name: 'logic', environment: 'node', include: ['src/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'browser',
          environment: 'jsdom',
          include: ['src/**/*.test.tsx'],
          setupFiles: ['src/test/setup.ts'],
        },
      },
    ],
  },
});
