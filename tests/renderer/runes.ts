/**
 * Lets a test load the window's state, which is written in Svelte's runes (*.svelte.ts), without a browser, and components that it
 * names, such as icons. To be imported before anything of the window, which is then imported with `await import()`.
 */
import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { compile, compileModule } from 'svelte/compiler';

registerHooks({
  resolve(specifier, context, next) {
    // Svelte's own condition would choose the server's side of it, where nothing is reactive.
    return next(specifier, { ...context, conditions: ['browser', ...context.conditions] });
  },
  load(url, context, next) {
    const isComponent = url.endsWith('.svelte');
    if (!isComponent && !url.endsWith('.svelte.ts')) return next(url, context);
    const filename = fileURLToPath(url);
    const source = readFileSync(filename, 'utf8');
    const options = { filename, generate: 'client' } as const;
    const { js } = isComponent ? compile(source, options) : compileModule(stripTypeScriptTypes(source), options);
    return { format: 'module', source: js.code, shortCircuit: true };
  },
});
