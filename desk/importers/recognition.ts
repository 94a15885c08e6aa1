import type { Candidate } from './source.ts';

/** What the beginning of a file says about it. Candidates stand best first. */
export type Recognition =
  | { readonly status: 'recognised'; readonly candidates: readonly Candidate[] }
  | { readonly status: 'unknown'; readonly reason: string; readonly nearMiss: boolean };
