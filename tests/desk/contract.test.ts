import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';

/** Loads a file, and fails where one of the program's own files asks for something that a browser does not have. */
function loadedAsInAWindow(file: string): { readonly status: number | null; readonly stderr: string } {
  const url = new URL(`../../${file}`, import.meta.url).href;
  const script = `
    import { isBuiltin, registerHooks } from 'node:module';
    registerHooks({
      resolve(specifier, context, next) {
        const own = /\\/(desk|engine|cli)\\//.test(context.parentURL ?? '');
        if (own && (isBuiltin(specifier) || specifier === 'better-sqlite3')) throw new Error(\`\${context.parentURL} asks for \${specifier}\`);
        return next(specifier, context);
      },
    });
    await import(${JSON.stringify(url)});`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  return { status, stderr };
}

describe('the contract', () => {
  it('needs nothing that a window does not have', () => {
    const { status, stderr } = loadedAsInAWindow('desk/contract.ts');
    assert.equal(status, 0, stderr);
  });

  it('and what shows messages need nothing of it either', () => {
    const { status, stderr } = loadedAsInAWindow('desk/shown/masking.ts');
    assert.equal(status, 0, stderr);
  });

  it('would be found out if it did', () => {
    assert.match(loadedAsInAWindow('desk/door/router.ts').stderr, /asks for node:/);
  });
});
