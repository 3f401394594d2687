import { defineConfig } from 'vite';

/** `npx vite dashboards/web` serves it with reloading for work on it; the API is that of a running `voronka serve`. */
const SERVER = process.env['VORONKA_URL'] ?? 'http://127.0.0.1:4000';

export default defineConfig({
  build: {
    target: 'es2022',
    // The policy of the page allows no inline style or script, and data: only for images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1500,
    // ECharts asks for it, by way of its canvas library.
    rolldownOptions: { output: { hashCharacters: 'hex' } },
  },
  server: { proxy: { '/cubejs-api': SERVER, '/web': SERVER } },
});
