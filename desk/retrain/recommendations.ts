/** What a comparison says of a challenger. `unknown`: there is too little to say anything. */
export const RECOMMENDATIONS = ['better', 'no-difference', 'worse', 'unknown'] as const;
export type Recommendation = (typeof RECOMMENDATIONS)[number];

/** Whether a hundred more decisions would pay. */
export const MORE_DECISIONS = ['pay', 'hardly-pay', 'unclear'] as const;
/** Rows with something wrong, and without, below which nothing is said of that: the smallest heads would know three of them. */
export const LEAST_FOR_CURVE = 20;
