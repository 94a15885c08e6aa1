import { z } from 'zod';
import { DecidedElsewhere } from '../importers/decided-elsewhere.ts';
import type { MessageRecord } from '../importers/record.ts';

/** What few messages have, kept together in items.extra as JSON. */
const extraShape = z.object({
  attachments: z
    .array(
      z.object({
        name: z.string(),
        type: z.string().exactOptional(),
        size: z.number().exactOptional(),
        path: z.string().exactOptional(),
      }),
    )
    .default([]),
  reactions: z.array(z.object({ name: z.string(), count: z.number() })).default([]),
  threadName: z.string().optional(),
  visibility: z.enum(['public', 'unlisted', 'followers', 'direct']).optional(),
  quoted: z.array(z.tuple([z.number(), z.number()])).default([]),
  links: z.array(z.string()).default([]),
  decided: z.array(DecidedElsewhere).default([]),
});
export type Extra = z.infer<typeof extraShape>;

const NOTHING = extraShape.parse({});

/** JSON for items.extra; null where the record has nothing of the kind. */
export function packExtra(record: MessageRecord): string | null {
  const { attachments, reactions, thread, visibility, quoted, links, decided } = record;
  if (
    attachments.length === 0 &&
    reactions.length === 0 &&
    thread?.name === undefined &&
    visibility === undefined &&
    (quoted === undefined || quoted.length === 0) &&
    (links === undefined || links.length === 0) &&
    decided === undefined
  ) {
    return null;
  }
  return JSON.stringify({
    ...(attachments.length > 0 && { attachments }),
    ...(reactions.length > 0 && { reactions }),
    ...(thread?.name !== undefined && { threadName: thread.name }),
    ...(visibility !== undefined && { visibility }),
    ...(quoted !== undefined && quoted.length > 0 && { quoted }),
    ...(links !== undefined && links.length > 0 && { links }),
    ...(decided !== undefined && { decided }),
  });
}

const DECIDED = '"decided":';

/** Whether JSON for items.extra says how something was decided elsewhere. */
export const isDecided = (json: string | null | undefined): boolean => json?.includes(DECIDED) === true;

/** The newer JSON for items.extra, with what was decided elsewhere by either: each row of a table knows one verdict. */
export function joinExtras(known: string | null, newer: string | null): string | null {
  if (!isDecided(known)) return newer;
  const all = [...unpackExtra(known).decided, ...unpackExtra(newer).decided].map((one) => JSON.stringify(one));
  const decided = [...new Set(all)].map((one): unknown => JSON.parse(one));
  return JSON.stringify({ ...(JSON.parse(newer ?? '{}') as object), ...(decided.length > 0 && { decided }) });
}

export function unpackExtra(json: string | null): Extra {
  return json === null ? NOTHING : extraShape.parse(JSON.parse(json));
}
