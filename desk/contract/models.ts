import { z } from 'zod';
import { Path } from './shapes.ts';

export const Model = z.object({
  id: z.string(),
  title: z.string(),
  licence: z.string(),
  /** bytes */
  size: z.number(),
  sha256: z.string(),
  architecture: z.string(),
  /** BCP 47; `mul`: many */
  languages: z.array(z.string()),
  layers: z.int(),
  width: z.int(),
  origin: z.enum(['embedded', 'added']),
  path: z.string(),
});

export const Offer = z.object({
  ...Model.omit({ origin: true, path: true }).shape,
  /** who is connected to when it is fetched */
  hosts: z.array(z.string()),
  /** for whom it is */
  why: z.string(),
});

export const Adapter = z.object({
  id: z.string(),
  title: z.string(),
  size: z.number(),
  sha256: z.string(),
  path: z.string(),
});

export const List = z.object({
  models: z.array(Model),
  adapters: z.array(Adapter),
  defaultAdapter: z.string().nullable(),
  /** what can be fetched and is not here yet */
  offers: z.array(Offer),
});

export const AddInput = z.strictObject({ path: Path });
export const Added = z.object({ model: Model, known: z.boolean() });

export const GetInput = z.strictObject({
  id: z.string().max(200),
  /** the hosts that were shown to whoever said yes: no other is connected to */
  hosts: z.array(z.string().max(300)).max(20),
});
export const GetProgress = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), done: z.number(), total: z.number() }),
  z.object({ kind: z.literal('checking') }),
  z.object({ kind: z.literal('done'), model: Model }),
]);

export const Checked = z.array(
  z.object({ id: z.string(), path: z.string(), status: z.enum(['ok', 'changed', 'missing']), reason: z.string() }),
);
