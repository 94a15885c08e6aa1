/** Whether the files of the catalog are still, bit for bit, what they were. */
import type { ModelCatalog } from './catalog.ts';
import { ModelFileError } from './errors.ts';
import { fileSha256 } from '../../engine/model/file-hash.ts';
import { sizeOf } from './file.ts';

export interface FileCheck {
  readonly id: string;
  readonly path: string;
  readonly kind: 'model' | 'adapter';
  readonly status: 'ok' | 'changed' | 'missing';
  /** a sentence for people; '' where all is well */
  readonly reason: string;
}

export interface VerifyHooks {
  /** told the file that is being read */
  readonly onFile?: (id: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** read every file whole (default); otherwise only their sizes are compared */
  readonly whole?: boolean;
}

export async function verifyFiles(catalog: ModelCatalog, hooks: VerifyHooks = {}): Promise<readonly FileCheck[]> {
  const checks: FileCheck[] = [];
  const files = [
    ...catalog.models.map((model) => ({ ...model, kind: 'model' as const })),
    ...catalog.adapters.map((adapter) => ({ ...adapter, kind: 'adapter' as const })),
  ];
  for (const { id, path, kind, size, sha256 } of files) {
    hooks.onFile?.(id);
    checks.push({ id, path, kind, ...(await check(path, kind, size, sha256, hooks)) });
  }
  return checks;
}

async function check(
  path: string,
  kind: string,
  size: number,
  sha256: string,
  { signal, whole = true }: VerifyHooks,
): Promise<Pick<FileCheck, 'status' | 'reason'>> {
  try {
    const found = await sizeOf(path, kind);
    if (found !== size) return { status: 'changed', reason: `it has ${found} bytes instead of ${size}` };
  } catch (error) {
    if (error instanceof ModelFileError) return { status: 'missing', reason: error.message };
    throw error;
  }
  if (!whole) return { status: 'ok', reason: '' };
  const sum = await fileSha256(path, signal);
  return sum === sha256 ? { status: 'ok', reason: '' } : { status: 'changed', reason: `its SHA-256 is ${sum}` };
}
