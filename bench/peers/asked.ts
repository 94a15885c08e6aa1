/** What a program that is asked in words is told and answers, over line-process.ts. */
import { z } from 'zod';

const Asked = z.strictObject({
  op: z.literal('load'),
  /** path of the GGUF */
  model: z.string(),
  threads: z.int().min(1),
  /** the words that it may answer with */
  labels: z.array(z.string()),
  /** what it is told before each message */
  question: z.string(),
});
export type Asked = z.infer<typeof Asked>;

export const Question = z.discriminatedUnion('op', [
  Asked,
  z.strictObject({ op: z.literal('answer'), texts: z.array(z.string()) }),
]);

export const Ready = z.object({ settings: z.string() });
export const Answers = z.object({
  /** index of each text's label */
  labels: z.array(z.int().min(0)),
  seconds: z.number().positive(),
});
export type AskedAnswer = z.infer<typeof Ready> | z.infer<typeof Answers>;
