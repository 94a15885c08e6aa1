/**
 * What the model says of the texts, made once and kept: reading 300,000 texts takes longer than the simulation. No text is
 * kept, only 64 bits of its SHA-256 beside its score.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createHash, hash } from 'node:crypto';
import path from 'node:path';
import { chooseModel } from '../../desk/models/choose.ts';
import { places } from '../../desk/models/places.ts';
import { verdictOf } from '../../desk/triage/verdict.ts';
import { Scorer } from '../../engine/score/scorer.ts';

/** Texts that are read between two writes: what a stop costs. */
const TOGETHER = 2_000;
/** Bytes of one text in the file: its name, its score. */
const RECORD = 12;

export interface ModelScores {
  /** one a text, 0 … 1; NaN where the model cannot read it */
  readonly scores: Float32Array;
  /** texts a second of what was read in this run; null where all was kept */
  readonly perSecond: number | null;
}

/** Reads what is not kept in `folder` yet; goes on where a run before was cut off. */
export async function scoresOf(
  texts: readonly string[],
  folder: string,
  adapterFile: string | null,
  say: (line: string) => void,
): Promise<ModelScores> {
  const chosen = await chooseModel(places(), adapterFile === null ? {} : { adapter: adapterFile });
  const { adapter } = chosen;
  mkdirSync(folder, { recursive: true });
  const sum = createHash('sha256').update(chosen.adapterBytes).digest('hex').slice(0, 16);
  const file = path.join(folder, `scores-${sum}.bin`);
  const kept = keptIn(file);
  const missing = texts.filter((text) => !kept.has(nameOf(text)));
  let perSecond: number | null = null;
  if (missing.length > 0) {
    await using session = await Scorer.open({
      base: chosen.base,
      adapter: chosen.adapterBytes,
      backend: 'cpu',
      deterministic: false,
      calibrationFile: places().calibrationFile,
    });
    const began = performance.now();
    for (let done = 0; done < missing.length;) {
      const part = missing.slice(done, done + TOGETHER);
      const read = await session.score(
        part.map((text, i) => ({ key: String(i), text })),
        {},
      );
      const bytes = Buffer.alloc(RECORD * part.length);
      read.forEach((one, i) => {
        const name = nameOf(part[i] ?? '');
        const score = one.status === 'scored' ? verdictOf(adapter, one.probabilities).score : NaN;
        bytes.writeBigUInt64LE(name, RECORD * i);
        bytes.writeFloatLE(score, RECORD * i + 8);
        kept.set(name, score);
      });
      appendFileSync(file, bytes);
      done += part.length;
      perSecond = (done / (performance.now() - began)) * 1000;
      say(`  ${done} of ${missing.length} texts read, ${perSecond.toFixed(0)}/s`);
    }
  }
  return { scores: Float32Array.from(texts, (text) => kept.get(nameOf(text)) ?? NaN), perSecond };
}

const nameOf = (text: string): bigint => hash('sha256', text, 'buffer').readBigUInt64LE(0);

function keptIn(file: string): Map<bigint, number> {
  const kept = new Map<bigint, number>();
  if (!existsSync(file)) return kept;
  const bytes = readFileSync(file);
  // A write that was cut off leaves a part of a record.
  for (let at = 0; at + RECORD <= bytes.length; at += RECORD)
    kept.set(bytes.readBigUInt64LE(at), bytes.readFloatLE(at + 8));
  return kept;
}
