/**
 * Why a message has no score. 'empty' and 'media-only' are known at import and need no row. 'set-aside': a recall target was
 * reached without it; it still waits to be read, and is when all is asked for.
 */
export const NOT_READ_REASONS = ['empty', 'media-only', 'over-long', 'language', 'engine-failed', 'set-aside'] as const;
export type NotReadReason = (typeof NOT_READ_REASONS)[number];
