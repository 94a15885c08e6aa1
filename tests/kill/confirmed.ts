/** What a desk said it had done, before it was killed. */
export type Confirmed =
  | { readonly kind: 'open' }
  /** something is about to be taken back or done again: killed now, nobody knows whether it was */
  | { readonly kind: 'trying' }
  | { readonly kind: 'imported' }
  /** how far a training is, 0 to 1 */
  | { readonly kind: 'training'; readonly share: number }
  | { readonly kind: 'trained'; readonly revision: number }
  | { readonly kind: 'copied'; readonly path: string }
  | {
      readonly kind: 'deed';
      readonly what: 'deed' | 'undo' | 'redo';
      readonly reviewer: number;
      /** of the deed, or the one that was taken back or done again */
      readonly action: number;
    };
