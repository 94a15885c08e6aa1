import { createHmac, hash } from 'node:crypto';

// No vowels, so that no word comes about by chance; no 0, 1 and l, which read alike.
const ALPHABET = '23456789bcdfghjkmnpqrstvwxz';

/**
 * Who an author is within this workspace, as 16 bytes that say nothing without the workspace's key.
 * @param account the platform's id, or null where the export only has names: then the name is the identity
 */
export function authorKey(workspaceKey: Uint8Array, platform: string, account: string | null, name: string): Buffer {
  const who = account === null ? `name ${name}` : `account ${account}`;
  return createHmac('sha256', workspaceKey).update(`${platform} ${who}`).digest().subarray(0, 16);
}

/** The pseudonym of a key: `user-` and `length` signs. A longer one begins with the shorter one. */
export const pseudonymOf = (key: Uint8Array, length = 6): string => `user-${signsOf(key, length)}`;

/** A chat that may be named after people, in what leaves the workspace: `chat-` and eight signs. */
export const chatPseudonym = (workspaceKey: Uint8Array, platform: string, platformId: string): string =>
  `chat-${signsOf(createHmac('sha256', workspaceKey).update(`${platform} chat ${platformId}`).digest(), 8)}`;

/** Who a reviewer is in what leaves the workspace: the same everywhere, since it follows from the public key. */
export const reviewerPseudonym = (publicKey: string): string =>
  `reviewer-${signsOf(hash('sha256', Buffer.from(publicKey, 'hex'), 'buffer'), 8)}`;

function signsOf(key: Uint8Array, length: number): string {
  let signs = '';
  for (let i = 0; i < length; i++) signs += ALPHABET.charAt((key[i % key.length] ?? 0) % ALPHABET.length);
  return signs;
}
