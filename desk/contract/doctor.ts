import { z } from 'zod';

export const DoctorInput = z.strictObject({
  /** also tries every backend in a process of its own, reads every model file and scores a sentence: takes a minute */
  verify: z.boolean().default(false),
});

export const Examined = z.object({
  node: z.string(),
  platform: z.string(),
  system: z.string(),
  processor: z.string(),
  /** hardware threads of the computer, and those that the system grants this process */
  cores: z.object({ all: z.number(), granted: z.number() }),
  /** bytes */
  memory: z.object({ total: z.number(), free: z.number() }),
  /** native libraries; `folder` null where there is none for this computer, `reason` '' where nothing is wrong */
  libraries: z.array(z.object({ backend: z.string(), folder: z.string().nullable(), reason: z.string() })),
  /** weight layouts that were measured */
  calibration: z.object({
    file: z.string(),
    measured: z.array(z.object({ model: z.string(), layout: z.string(), tokens_per_second: z.number() })),
  }),
  folders: z.array(z.object({ what: z.string(), path: z.string(), reason: z.string() })),
  models: z.array(z.object({ id: z.string(), path: z.string(), status: z.string(), reason: z.string() })),
  /** null where it was not asked for */
  backends: z
    .array(
      z.object({
        backend: z.string(),
        device: z.string().optional(),
        driver: z.string().optional(),
        status: z.enum(['works', 'refused', 'absent']),
        reason: z.string().optional(),
        /** largest difference from plain arithmetic, as a share of the largest value */
        difference: z.number().optional(),
        seconds: z.number().optional(),
      }),
    )
    .nullable(),
  /** the main job on one sentence; null where it was not asked for, or there is no adapter */
  trial: z
    .discriminatedUnion('status', [
      z.object({
        status: z.literal('works'),
        adapter: z.string(),
        backend: z.string(),
        layout: z.string(),
        threads: z.number(),
        seconds: z.number(),
      }),
      z.object({ status: z.literal('failed'), reason: z.string(), remedy: z.string() }),
    ])
    .nullable(),
  /** one sentence for each thing that does not work: what to do */
  hints: z.array(z.string()),
});
export type Examined = z.infer<typeof Examined>;
