/** Why a message has no score. 'empty' and 'media-only' are known at import and need no row. */
export const NOT_READ_REASONS = ['empty', 'media-only', 'over-long', 'language', 'engine-failed'] as const;
export type NotReadReason = (typeof NOT_READ_REASONS)[number];
