import { z } from 'zod';

/** Part of a text, as [start, end) in UTF-16 units. */
export const Span = z.strictObject({ start: z.int().min(0), end: z.int().min(1) });
export type Span = z.infer<typeof Span>;
