/** What a comparison says, in words. */
import type { Comparison } from '../../../desk/contract/revisions.ts';
import { teach } from '../../messages/teach.ts';
import { type Because, type Recommendation, becauseOf } from './learning.ts';

const VERDICTS = {
  better: teach.better,
  'no-difference': teach.noDifference,
  worse: teach.worse,
  unknown: teach.unknown,
} as const satisfies Record<Recommendation, () => string>;

const BECAUSE = {
  better: teach.becauseBetter,
  same: teach.becauseSame,
  worse: teach.becauseWorse,
  forgot: teach.becauseForgot,
  few: teach.becauseFew,
} as const satisfies Record<Because, () => string>;

export const verdict = (said: Recommendation): string => VERDICTS[said]();
export const because = (comparison: Comparison): string => BECAUSE[becauseOf(comparison)]();
