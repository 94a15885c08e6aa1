/**
 * What a row of an export is. Only a `message` with text is scored; the other kinds are stored and counted. The store holds
 * the place in this list: only ever add at the end.
 */
export const KINDS = ['message', 'media-only', 'deleted', 'system', 'share'] as const;
export type Kind = (typeof KINDS)[number];
