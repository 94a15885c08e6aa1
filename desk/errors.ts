/** What the desk refuses: a code for programs, a sentence for people, and what to do now. */

export const DESK_PROBLEMS = [
  'not-found',
  'no-workspace',
  'no-reviewer',
  'not-allowed',
  'changed',
  'conflict',
  'held',
  'nothing-to-do',
  'not-recommended',
  'bad-input',
  'cancelled',
  'disk-full',
] as const;
export type DeskProblem = (typeof DESK_PROBLEMS)[number];

export class DeskError extends Error {
  override readonly name = 'DeskError';
  readonly kind: DeskProblem;
  readonly remedy: string;

  constructor(kind: DeskProblem, message: string, remedy: string) {
    super(message);
    this.kind = kind;
    this.remedy = remedy;
  }
}
