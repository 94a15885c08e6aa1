/** The colour of a label by its severity. */
export const toneOf = (severity: number): 'good' | 'warn' | 'bad' =>
  severity === 0 ? 'good' : severity === 1 ? 'warn' : 'bad';
