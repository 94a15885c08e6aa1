/** Stability indices of scores: below `some` nothing has happened, above `much` the model should be looked at (Siddiqi 2006). */
export const STABILITY = { some: 0.1, much: 0.25 } as const;
