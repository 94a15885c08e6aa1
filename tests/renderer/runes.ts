/**
 * Lets a test load the window's state, which is written in Svelte's runes (*.svelte.ts), without a browser. To be imported
 * before anything of the window, which is then imported with `await import()`.
 */
import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { compileModule } from 'svelte/compiler';

registerHooks({
  resolve(specifier, context, next) {
    // Svelte's own condition would choose the server's side of it, where nothing is reactive.
    return next(specifier, { ...context, conditions: ['browser', ...context.conditions] });
  },
  load(url, context, next) {
    if (!url.endsWith('.svelte.ts')) return next(url, context);
    const filename = fileURLToPath(url);
    const { js } = compileModule(stripTypeScriptTypes(readFileSync(filename, 'utf8')), {
      filename,
      generate: 'client',
    });
    return { format: 'module', source: js.code, shortCircuit: true };
  },
});
