import { svelte } from '@sveltejs/vite-plugin-svelte';
import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
/** Builds that are to be the same to the last byte say when they were made. */
const { SOURCE_DATE_EPOCH: epoch } = process.env;
const made = epoch === undefined ? Date.now() : Number(epoch) * 1000;

/** The window as files: no inline script, no data: URIs, nothing fetched from elsewhere. Works under app:// and on loopback. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  publicDir: false,
  plugins: [svelte()],
  define: { BUILD: JSON.stringify({ version, made }) },
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    // The oldest runtime that the tests start it in.
    target: 'chrome108',
    cssTarget: 'chrome108',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // It is read from this computer's disk, whole.
    chunkSizeWarningLimit: 1000,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
