import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** The window as files: no inline script, no data: URIs, nothing fetched from elsewhere. Works under app:// and on loopback. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  publicDir: false,
  plugins: [svelte()],
  build: {
    outDir: '../build/out/renderer',
    emptyOutDir: true,
    // The oldest runtime that the tests start it in.
    target: 'chrome108',
    cssTarget: 'chrome108',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
