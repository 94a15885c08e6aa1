import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import envPaths from 'env-paths';

const BYTES = 32;

/** Where this computer's own key lies. */
export function machineKeyFile(): string {
  return join(envPaths('moderato', { suffix: '' }).config, 'machine-key');
}

/**
 * The mark by which this computer knows a workspace again that it has made or checked once; nobody else can make it.
 * Null where the computer's key can be neither read nor made: then every workspace is a foreign one.
 */
export function markOf(workspaceKey: Uint8Array, keyFile: string): string | null {
  const key = machineKey(keyFile);
  return key === null ? null : createHmac('sha256', key).update('checked ').update(workspaceKey).digest('hex');
}

function machineKey(file: string): Buffer | null {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const key = readFileSync(file);
      return key.length === BYTES ? key : null;
    } catch {
      try {
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
        // 'wx': where two programs start at once, the second reads the key that the first has made.
        writeFileSync(file, randomBytes(BYTES), { flag: 'wx', mode: 0o600 });
      } catch {
        continue;
      }
    }
  }
  return null;
}
