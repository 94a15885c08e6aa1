/** The gallery is what axe and the pictures look at: what is not on it, nobody has looked at in all its states. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const RENDERER = fileURLToPath(new URL('../../../renderer/', import.meta.url));
/** Shown by something else that is on the page. */
const WITHIN: Readonly<Record<string, string>> = {
  Toasts: 'App.svelte, over every page; buttons of the gallery fill it',
  MaskedWord: 'MessageText',
  ChartFrame: 'Chart and Ranges',
  Swatch: 'the key of every chart',
};

const read = (file: string): string => readFileSync(join(RENDERER, file), 'utf8');
const pages = globSync('gallery/*.svelte', { cwd: RENDERER }).map(read).join('\n');

describe('the gallery', () => {
  it('shows every component', () => {
    const components = globSync('{ui,jobs,text}/*.svelte', { cwd: RENDERER }).map((file) => basename(file, '.svelte'));
    assert.ok(components.length > 20, 'the components lie elsewhere now');
    const missing = components.filter((name) => !(name in WITHIN) && !new RegExp(`<${name}\\b`).test(pages));
    assert.deepEqual(missing, []);
  });

  it('shows what can be refused or is not ready yet in that state', () => {
    for (const file of globSync('ui/*.svelte', { cwd: RENDERER })) {
      const name = basename(file, '.svelte');
      const source = read(file);
      for (const state of ['disabled', 'busy', 'problem', 'compact', 'several'] as const) {
        if (!new RegExp(`^    readonly ${state}\\?:`, 'm').test(source)) continue;
        const shown = new RegExp(`<${name}\\b[^>]*\\s${state}\\b`).test(pages);
        assert.ok(shown, `${name} is nowhere ${state}`);
      }
    }
  });
});
