import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { seededRandom, shuffle } from '../engine/train/random.ts';

/** First and last place of what a person marked, UTF-16 units, the last one excluded. */
const Span = z.tuple([z.int().min(0), z.int().min(0)]);
const Marked = z.object({
  text: z.string(),
  label: z.string(),
  split: z.string(),
  rationale_spans: z.string().transform((text) => z.array(Span).parse(JSON.parse(text || '[]'))),
});
const Gold = z.object({ text: z.string(), label: z.string() });
const SAMPLES = path.join(import.meta.dirname, '../samples/gold.csv');

export interface AbusiveText {
  readonly text: string;
  /** what people marked as the reason for its label; empty where nobody was asked */
  readonly spans: readonly z.infer<typeof Span>[];
}

/**
 * Abusive messages in a random order with a fixed seed: HateXplain's test split, with the words that its annotators marked
 * (all of them together); without a data folder the toxic comments of samples/, of which nobody marked words.
 */
export function abusiveTexts(data: string | null): { readonly name: string; readonly texts: readonly AbusiveText[] } {
  const read = (bytes: Buffer): unknown[] => parse(bytes, { columns: true, bom: true });
  const texts =
    data === null
      ? z
          .array(Gold)
          .parse(read(readFileSync(SAMPLES)))
          .filter(({ label }) => label !== 'fine')
          .map(({ text }) => ({ text, spans: [] }))
      : z
          .array(Marked)
          .parse(read(gunzipSync(readFileSync(path.join(data, 'hatexplain.csv.gz')))))
          .filter(
            ({ label, split, rationale_spans }) => label === '1' && split === 'test' && rationale_spans.length > 0,
          )
          .map(({ text, rationale_spans }) => ({ text, spans: rationale_spans }));
  return {
    name: data === null ? 'samples/ (Civil Comments)' : 'HateXplain',
    texts: shuffle([...texts], seededRandom(1)),
  };
}
