import { z } from 'zod';

/** Lines that a trial writes for who started it, one JSON object each, as it goes: a crash leaves what came before. */
export const Line = z.discriminatedUnion('kind', [
  /** what is about to be done, so that a crash or a hang has a place */
  z.strictObject({ kind: z.literal('step'), step: z.string() }),
  z.strictObject({ kind: z.literal('device'), name: z.string(), description: z.string(), software: z.boolean() }),
  /** `difference` is null where a number was not finite */
  z.strictObject({
    kind: z.literal('check'),
    check: z.string(),
    difference: z.number().min(0).nullable(),
    tolerance: z.number(),
  }),
  z.strictObject({ kind: z.literal('absent'), reason: z.string() }),
  z.strictObject({ kind: z.literal('refused'), reason: z.string() }),
  /** nothing more will come */
  z.strictObject({ kind: z.literal('done') }),
]);
export type Line = Readonly<z.infer<typeof Line>>;

/** The file descriptor for these lines: drivers print what they like to the other two. */
export const REPORT_FD = 3;

/** What a trial is told to do: its one argument, as JSON. */
export const Order = z.strictObject({ accelerator: z.enum(['cpu', 'cuda', 'vulkan', 'metal']), folder: z.string() });
export type Order = Readonly<z.infer<typeof Order>>;
