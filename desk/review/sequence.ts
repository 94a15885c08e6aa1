/** What must hold from one link of a chain to the next, wherever the chain lies. */
import { hash } from 'node:crypto';
import { type Body, readBody } from './link.ts';

/** Where a chain is, after some of its links. */
export interface Place {
  readonly seq: number;
  /** of the last link, hexadecimal; null before the first */
  readonly hash: string | null;
  readonly action: number;
  readonly kind: string;
  readonly clock: number;
}

export const START: Place = { seq: 0, hash: null, action: 0, kind: '', clock: -Infinity };

export type Step = { readonly body: Body; readonly place: Place } | { readonly problem: string };

/**
 * The next link of a chain, or what does not hold about it, for people.
 * @param publicKey of the reviewer whose chain it is
 */
export function step(before: Place, publicKey: string, link: { readonly body: string; readonly hash: Buffer }): Step {
  if (!hash('sha256', link.body, 'buffer').equals(link.hash))
    return { problem: 'its hash is not that of what it says' };
  const body = readBody(link.body);
  if (body === null) return { problem: 'it is not in a form that this program knows' };
  if (body.prev !== before.hash) return { problem: 'it does not follow the link before it' };
  if (body.seq !== before.seq + 1 || body.reviewer !== publicKey) return { problem: 'it belongs elsewhere' };
  const { action, clock, seq, deed } = body;
  const goesOn = action === before.action && clock === before.clock && deed.kind === before.kind;
  if (!goesOn && (action !== seq || clock <= before.clock))
    return { problem: 'it goes back behind the link before it' };
  return { body, place: { seq, hash: link.hash.toString('hex'), action, kind: deed.kind, clock } };
}

/** What can be undone: it was done to messages. */
export const isUndoable = (kind: string): boolean => ['decide', 'skip', 'escalate', 'reopen', 'note'].includes(kind);
