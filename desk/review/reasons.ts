/** Why something cannot wait, and why something decided is decided again. */
export const ESCALATIONS = ['threat-to-life', 'child-safety', 'self-harm', 'legal', 'other'] as const;
export type Escalation = (typeof ESCALATIONS)[number];

export const REOPENINGS = ['appeal', 'mistake', 'other'] as const;
export type Reopening = (typeof REOPENINGS)[number];

/** Drawn at random to be decided by a second reviewer; nobody chooses which. */
export const DOUBLE_REVIEW = 'double-review';
