/** Pooled states of frozen models: each text is read once by each model, pooling and instruction. */
import { Scorer } from '../../engine/score/scorer.ts';
import type { Labelled } from '../../engine/train/linear/logistic-problem.ts';
import type { CutRow } from './cut.ts';
import type { Base } from './spec.ts';

/** A base as it is opened. */
export interface Opened extends Pick<Base, 'depth' | 'pooling' | 'instruction'> {
  readonly file: string;
  readonly layout: string;
}

interface Kept {
  readonly width: number;
  readonly settings: string;
  readonly states: Map<string, Float32Array>;
  /** seconds of all texts that were read, which is where the rate comes from */
  seconds: number;
}

export class FrozenStates {
  readonly #kept = new Map<string, Kept>();

  /** States of each part's rows, with their labels. Throws RangeError for a text that the model cannot read. */
  async of<Part extends string>(
    base: Opened,
    parts: Readonly<Record<Part, readonly CutRow[]>>,
  ): Promise<{
    readonly parts: Readonly<Record<Part, Labelled>>;
    readonly settings: string;
    readonly perSecond: number;
  }> {
    const key = JSON.stringify([base.file, base.layout, base.depth, base.pooling, base.instruction]);
    const rows: readonly CutRow[] = Object.values<readonly CutRow[]>(parts).flat();
    const before = this.#kept.get(key);
    const missing = [...new Set(rows.map(({ text }) => text).filter((text) => before?.states.has(text) !== true))];
    const kept = missing.length === 0 && before ? before : await read(base, missing, before);
    this.#kept.set(key, kept);
    return {
      parts: mapped(parts, (part) => labelled(part, kept)),
      settings: kept.settings,
      perSecond: kept.states.size / kept.seconds,
    };
  }
}

async function read(base: Opened, texts: readonly string[], before: Kept | undefined): Promise<Kept> {
  await using scorer = await Scorer.open({
    base: base.file,
    backend: 'cpu',
    deterministic: false,
    layout: base.layout,
    pooling: base.pooling ?? 'mean',
    ...(base.depth !== undefined && { depth: base.depth }),
    ...(base.instruction !== undefined && { instruction: base.instruction }),
  });
  const start = performance.now();
  const { states, read } = await scorer.embed(
    texts.map((text, i) => ({ key: String(i), text })),
    {},
  );
  const { width, layout, depth, threads, pooling } = scorer.info;
  const kept = before ?? {
    width,
    settings: `Moderato ${layout}, depth ${depth}, ${pooling} pooling, ${threads} threads`,
    states: new Map<string, Float32Array>(),
    seconds: 0,
  };
  kept.seconds += (performance.now() - start) / 1000;
  texts.forEach((text, i) => {
    if (read[i] !== true) throw new RangeError(`a text of ${text.length} characters cannot be read`);
    kept.states.set(text, states.subarray(i * width, (i + 1) * width));
  });
  return kept;
}

function labelled(rows: readonly CutRow[], { width, states }: Kept): Labelled {
  const values = new Float32Array(rows.length * width);
  rows.forEach(({ text }, i) => values.set(states.get(text) ?? new Float32Array(width), i * width));
  return {
    features: { values, rows: rows.length, columns: width },
    labels: Int32Array.from(rows, ({ label }) => label),
  };
}

const mapped = <Part extends string, A, B>(parts: Readonly<Record<Part, A>>, by: (part: A) => B): Record<Part, B> =>
  Object.fromEntries(Object.entries<A>(parts).map(([name, part]) => [name, by(part)])) as Record<Part, B>;
