import { createPublicKey } from 'node:crypto';
import { isSigned } from '../store/reviewers.ts';
import type { Archive } from './archive.ts';
import { KEY, SIGNATURE, SUMS, sumsOf } from './files.ts';
import type { Problems } from './problems.ts';

/** An Ed25519 key in DER begins so (RFC 8410). */
const PUBLIC_HEAD = '302a300506032b6570032100';

/**
 * Compares every file with SHA256SUMS, and that with its signature; where they differ, it tells which of list, signature
 * and files is another than it was.
 * @param told keys that the file names, hexadecimal
 * @returns the key whose signature it has; null where none fits
 */
export async function checkSums(archive: Archive, told: readonly string[], problems: Problems): Promise<string | null> {
  const list = await archive.read(SUMS);
  const signature = await archive.read(SIGNATURE);
  if (list === null || signature === null) {
    for (const [name, there] of [
      [SUMS, list],
      [SIGNATURE, signature],
    ] as const)
      if (there === null) problems.add(name, 'it is missing.');
    return null;
  }
  const files = new Map([...archive.sums].filter(([name]) => name !== SUMS && name !== SIGNATURE));
  const expected = sumsOf(files);
  const pem = keyIn((await archive.read(KEY))?.toString('latin1') ?? '');
  const keys = [...new Set([...(pem === null ? [] : [pem]), ...told])];
  const signerOf = (text: Uint8Array): string | null => keys.find((key) => fits(key, text, signature)) ?? null;
  const signer = signerOf(list);
  if (signer === null) {
    const ofFiles = signerOf(Buffer.from(expected));
    if (ofFiles !== null) {
      problems.add(SUMS, 'it was changed; the files are as they were signed.');
      return ofFiles;
    }
    if (list.equals(Buffer.from(expected)))
      problems.add(SIGNATURE, 'it is not the signature of SHA256SUMS by the key that is named.');
    else problems.add(SUMS, 'it is not what was signed.');
  }
  compare(list.toString('utf8'), files, problems);
  return signer;
}

/** Names the files that are not as the list says. */
function compare(list: string, files: ReadonlyMap<string, string>, problems: Problems): void {
  const listed = new Map<string, string>();
  for (const line of list.split('\n')) {
    const [, sha256, name] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    if (sha256 !== undefined && name !== undefined) listed.set(name, sha256);
  }
  for (const [name, sha256] of listed) {
    const found = files.get(name);
    if (found === undefined) problems.add(name, 'it is missing.');
    else if (found !== sha256) problems.add(name, 'it was changed: its SHA-256 is not that of SHA256SUMS.');
  }
  for (const name of files.keys())
    if (!listed.has(name)) problems.add(name, 'it was added: SHA256SUMS does not name it.');
}

/** The Ed25519 key of a PEM, hexadecimal; null where it holds none. */
export function keyIn(pem: string): string | null {
  try {
    const der = createPublicKey(pem).export({ format: 'der', type: 'spki' }).toString('hex');
    return der.startsWith(PUBLIC_HEAD) && der.length === PUBLIC_HEAD.length + 64 ? der.slice(PUBLIC_HEAD.length) : null;
  } catch {
    return null;
  }
}

/** Whether a signature fits; one of any other form than 64 bytes does not. */
export function fits(key: string, text: Uint8Array, signature: Uint8Array): boolean {
  try {
    return signature.length === 64 && isSigned(key, text, signature);
  } catch {
    return false;
  }
}
