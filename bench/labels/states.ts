/**
 * Pooled states of a model, made once and kept. No text is kept, only 64 bits of its SHA-256 beside its state.
 */
import { hash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { places } from '../../desk/models/places.ts';
import type { ChosenModel } from '../../desk/models/choose.ts';
import { Scorer } from '../../engine/score/scorer.ts';
import type { Features } from '../../engine/score/linear-head.ts';

/** Texts that are read between two writes: what a stop costs. */
const TOGETHER = 1000;
const NAME = 8;

/** Reads what is not kept in `folder` yet. Zeros for a text that cannot be read. @param adapted through the adapter */
export async function statesOf(
  texts: readonly string[],
  { base, adapter, adapterBytes }: ChosenModel,
  adapted: boolean,
  folder: string,
  say: (line: string) => void,
): Promise<Features> {
  const width = adapter.head.weight.length / adapter.head.bias.length;
  const record = NAME + 4 * width;
  mkdirSync(folder, { recursive: true });
  const model = hash('sha256', adapterBytes, 'hex').slice(0, 12);
  const file = path.join(folder, adapted ? `states-${model}.bin` : `states-${adapter.base.sha256.slice(0, 12)}.bin`);
  const kept = keptIn(file, record);
  const missing = [...new Set(texts)].filter((text) => !kept.has(nameOf(text)));
  if (missing.length > 0) {
    await using session = await Scorer.open({
      base,
      ...(adapted ? { adapter: adapterBytes } : { depth: adapter.exitDepth, pooling: adapter.pooling }),
      backend: 'cpu',
      deterministic: false,
      calibrationFile: places().calibrationFile,
    });
    for (let done = 0; done < missing.length;) {
      const part = missing.slice(done, done + TOGETHER);
      const { states } = await session.embed(
        part.map((text, i) => ({ key: String(i), text })),
        {},
      );
      const bytes = Buffer.alloc(record * part.length);
      part.forEach((text, i) => {
        const state = states.subarray(i * width, (i + 1) * width);
        bytes.writeBigUInt64LE(nameOf(text), record * i);
        state.forEach((value, column) => bytes.writeFloatLE(value, record * i + NAME + 4 * column));
        kept.set(nameOf(text), state);
      });
      appendFileSync(file, bytes);
      done += part.length;
      say(`  ${done} of ${missing.length} texts read${adapted ? ' through the adapter' : ''}`);
    }
  }
  const values = new Float32Array(texts.length * width);
  texts.forEach((text, i) => values.set(kept.get(nameOf(text)) ?? [], i * width));
  return { values, rows: texts.length, columns: width };
}

const nameOf = (text: string): bigint => hash('sha256', text, 'buffer').readBigUInt64LE(0);

function keptIn(file: string, record: number): Map<bigint, Float32Array> {
  const kept = new Map<bigint, Float32Array>();
  if (!existsSync(file)) return kept;
  const bytes = readFileSync(file);
  // A write that was cut off leaves a part of a record, behind which nothing would be found again.
  if (bytes.length % record !== 0) truncateSync(file, bytes.length - (bytes.length % record));
  for (let at = 0; at + record <= bytes.length; at += record) {
    const state = bytes.buffer.slice(bytes.byteOffset + at + NAME, bytes.byteOffset + at + record);
    kept.set(bytes.readBigUInt64LE(at), new Float32Array(state));
  }
  return kept;
}
