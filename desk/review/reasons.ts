/** Why something cannot wait, and why something decided is decided again. */
export const ESCALATIONS = ['threat-to-life', 'child-safety', 'self-harm', 'legal', 'other'] as const;
export type Escalation = (typeof ESCALATIONS)[number];

export const REOPENINGS = ['appeal', 'mistake', 'other'] as const;
export type Reopening = (typeof REOPENINGS)[number];
