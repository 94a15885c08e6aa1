/** Why the model did not read messages, in words. */
import type { z } from 'zod';
import type { NotRead } from '../../../desk/contract/shapes.ts';
import { imports } from '../../messages/import.ts';

type Reason = z.infer<typeof NotRead>;

const TITLES = {
  language: imports.language,
  'media-only': imports.mediaOnlyReason,
  empty: imports.empty,
  'over-long': imports.overLong,
  'engine-failed': imports.engineFailed,
  'set-aside': imports.setAside,
} as const satisfies Record<Reason, () => string>;

export const NOT_READ = (Object.keys(TITLES) as Reason[]).map((reason) => ({ reason, title: TITLES[reason] }));
