/**
 * What opens an encrypted workspace. The key of the cipher is made from the passphrase and from the 16 random bytes with
 * which the file begins (scrypt, RFC 7914), so that one file is all there is to keep. The recovery key is that key, in
 * signs that can be read out and typed: it opens the file without the passphrase, until the passphrase is changed.
 */
import { hash, scrypt } from 'node:crypto';

export type Secret =
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'recovery-key'; readonly key: string };

/** Bytes of the cipher's key, and of the salt at the start of the file. */
export const KEY_BYTES = 32;
export const SALT_BYTES = 16;

/**
 * What a guess costs: 32 MB and a fifth of a second on a laptop. Of the settings that OWASP's Password Storage Cheat Sheet calls
 * equally strong the one that opens a workspace fastest.
 */
const COST = { N: 1 << 15, r: 8, p: 3, maxmem: 64 << 20 } as const;

/** Crockford's base 32: no I, L, O and U, which are misread; typed in any case, I and L count as 1, O as 0. */
const SIGNS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CHECK_BYTES = 3;
const GROUP = 4;

/** The cipher's key. @throws SecretError for a recovery key with a typing mistake */
export async function keyOf(secret: Secret, salt: Uint8Array): Promise<Buffer> {
  if (secret.kind === 'recovery-key') return readRecoveryKey(secret.key);
  // The same letters may be typed as different bytes (Ä as one sign or as two).
  const passphrase = secret.passphrase.normalize('NFKC');
  return await new Promise((resolve, reject) => {
    scrypt(passphrase, salt, KEY_BYTES, COST, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

/** A recovery key as it is printed: groups of four signs, the last ones to find typing mistakes. */
export function recoveryKeyOf(key: Uint8Array): string {
  const signs = toSigns(Buffer.concat([key, checkOf(key)]));
  return (signs.match(new RegExp(`.{1,${GROUP}}`, 'g')) ?? []).join('-');
}

export class SecretError extends Error {
  override readonly name = 'SecretError';
}

function readRecoveryKey(text: string): Buffer {
  const typed = text.toUpperCase().replace(/[\s-]/g, '').replace(/[IL]/g, '1').replace(/O/g, '0');
  const bytes = fromSigns(typed);
  const key = bytes?.subarray(0, KEY_BYTES);
  if (!bytes || !key || bytes.length !== KEY_BYTES + CHECK_BYTES || !checkOf(key).equals(bytes.subarray(KEY_BYTES)))
    throw new SecretError('This is not a recovery key: a sign is missing or wrong.');
  return Buffer.from(key);
}

const checkOf = (key: Uint8Array): Buffer => hash('sha256', key, 'buffer').subarray(0, CHECK_BYTES);

/** Five bits a sign; 35 bytes are exactly 56 signs. */
function toSigns(bytes: Uint8Array): string {
  let signs = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) signs += SIGNS.charAt((held >>> (bits - 5)) & 31);
    held &= (1 << bits) - 1;
  }
  return signs;
}

function fromSigns(signs: string): Buffer | null {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const sign of signs) {
    const value = SIGNS.indexOf(sign);
    if (value < 0) return null;
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >>> bits) & 255);
      held &= (1 << bits) - 1;
    }
  }
  return bits === 0 ? Buffer.from(bytes) : null;
}
