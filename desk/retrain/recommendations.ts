/** What a comparison says of a challenger. `unknown`: there is too little to say anything. */
export const RECOMMENDATIONS = ['better', 'no-difference', 'worse', 'unknown'] as const;
export type Recommendation = (typeof RECOMMENDATIONS)[number];
