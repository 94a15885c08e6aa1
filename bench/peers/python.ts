/** Whose Python the peers run on: nothing is installed for them. */
import { execFileSync } from 'node:child_process';
import type { BenchOptions } from '../figure.ts';

/** What training with PyTorch needs. */
export const PEFT = ['torch', 'peft', 'numpy', 'gguf', 'tokenizers'];

/** The Python for a peer that --peer names, or null, which is said where its packages are missing. */
export function wantedPython({ peers, say }: BenchOptions, peer: string, modules: readonly string[]): string | null {
  if (!peers.includes(peer)) return null;
  const python = findPython(modules);
  if (python === null) say(`  no Python here has ${modules.join(', ')} (PYTHON names another one): left out`);
  return python;
}

/** A Python that has all these modules, from PYTHON or the path; null where there is none. */
export function findPython(modules: readonly string[]): string | null {
  for (const python of [process.env['PYTHON'], 'python3'].filter((name) => name !== undefined)) {
    try {
      execFileSync(python, ['-c', modules.map((name) => `import ${name}`).join('\n')], { stdio: 'ignore' });
      return python;
    } catch {
      continue;
    }
  }
  return null;
}
