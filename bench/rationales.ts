import { existsSync, readFileSync } from 'node:fs';
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

/** Sets in which people marked words. */
export type MarkedSet = 'hatexplain' | 'toxic_spans';

const rowsOf = (bytes: Buffer): unknown[] => parse(bytes, { columns: true, bom: true });
const fileOf = (data: string, set: MarkedSet): string => path.join(data, `${set}.csv.gz`);
const markedRows = (data: string, set: MarkedSet) =>
  z.array(Marked).parse(rowsOf(gunzipSync(readFileSync(fileOf(data, set)))));

export const isThere = (data: string, set: MarkedSet): boolean => existsSync(fileOf(data, set));
const samples = () => z.array(Gold).parse(rowsOf(readFileSync(SAMPLES)));

/**
 * Abusive messages in a random order with a fixed seed: the test split of a set, with the words that its annotators marked
 * (all of them together); without a data folder the toxic comments of samples/, of which nobody marked words.
 */
export function abusiveTexts(
  data: string | null,
  set: MarkedSet = 'hatexplain',
): { readonly name: string; readonly texts: readonly AbusiveText[] } {
  const texts =
    data === null
      ? samples()
          .filter(({ label }) => label !== 'fine')
          .map(({ text }) => ({ text, spans: [] }))
      : markedRows(data, set)
          .filter(
            ({ label, split, rationale_spans }) => label === '1' && split === 'test' && rationale_spans.length > 0,
          )
          .map(({ text, rationale_spans }) => ({ text, spans: rationale_spans }));
  const name = data === null ? 'samples/ (Civil Comments)' : set === 'hatexplain' ? 'HateXplain' : 'Toxic Spans';
  return { name, texts: shuffle([...texts], seededRandom(1)) };
}

/** Harmless messages of the same kind, likewise. */
export function harmlessTexts(data: string | null): readonly string[] {
  const texts =
    data === null
      ? samples().filter(({ label }) => label === 'fine')
      : markedRows(data, 'hatexplain').filter(({ label, split }) => label === '0' && split === 'test');
  return shuffle(
    texts.map(({ text }) => text),
    seededRandom(1),
  );
}
