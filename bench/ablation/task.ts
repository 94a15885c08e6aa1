/** One row and seed made whole: everything that decides its result. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { wholeMethod, type WholeMethod } from '../../desk/retrain/method.ts';
import type { Cut } from './cut.ts';
import { keyOf } from './ledger.ts';
import type { Base, Run } from './spec.ts';

const ROOT = path.join(import.meta.dirname, '../..');

export const MODELS: Readonly<Record<Base['model'], { readonly file: string; readonly title: string }>> = {
  smollm2: { file: path.join(ROOT, 'native-models/SmolLM2-135M-Instruct.Q4_1.gguf'), title: 'SmolLM2-135M' },
  minilm: { file: path.join(ROOT, 'native-models/all-MiniLM-L6-v2.F16.gguf'), title: 'all-MiniLM-L6-v2' },
};

/** The method of a run with its seed; no early end of what is trained in a model, so that all do as many epochs. */
export function methodOf(run: Extract<Run, { by: 'moderato' | 'torch' }>, seed: number): WholeMethod {
  const method = wholeMethod({ ...run.choice, seed });
  if (method.kind === 'probe' || !method.modules) return method;
  return { ...method, training: { ...method.training, patience: method.training.epochs } };
}

/** The name of a result in the ledger. `layout`: of our own engine's weights */
export function taskKey(run: Run, cut: Cut, seed: number, layout: string | null, testRows: number): string {
  switch (run.by) {
    case 'ngrams':
      return keyOf({ by: run.by, cut: cut.hash });
    case 'zero-shot':
      return keyOf({ by: run.by, model: modelHash(run.base.model), cut: cut.hash, testRows, question: QUESTION });
    case 'moderato':
    case 'torch': {
      const { model, depth, pooling = 'mean', instruction = '' } = run.base;
      const base = { model: modelHash(model), depth, pooling, instruction, layout };
      return keyOf({ by: run.by, base, method: methodOf(run, seed), cut: cut.hash });
    }
  }
}

/** What a model that is only asked is told before each message. */
export const QUESTION =
  'You are a content moderator. Answer with one word: "hateful" if the message is hateful or offensive, "normal" if it is not.';

const hashes = new Map<string, string>();

export function modelHash(model: Base['model']): string {
  const { file } = MODELS[model];
  const known = hashes.get(file) ?? createHash('sha256').update(readFileSync(file)).digest('hex');
  hashes.set(file, known);
  return known;
}

/** Of the sources that results come from: they are no part of a key, but a table says when they differ. */
export function sourcesHash(): string {
  const hash = createHash('sha256');
  for (const folder of ['engine', 'bench/peers'])
    for (const file of readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).sort())
      if (/\.(ts|py)$/.test(file)) hash.update(file).update(readFileSync(path.join(ROOT, folder, file)));
  return hash.digest('hex').slice(0, 8);
}
