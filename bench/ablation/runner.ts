/** Makes what the ledger does not have yet, one row and seed at a time. */
import { readDataset, type DatasetRow, type SetName } from '../../native-models/recipe/datasets.ts';
import { moderatoTraining, torchTraining } from '../peers/candidates.ts';
import { asked, ngrams } from './baselines.ts';
import { cutOf, type Cut } from './cut.ts';
import { probe } from './probe.ts';
import { layoutOf } from './layouts.ts';
import { keyOf, type Ledger, type Made, type Result } from './ledger.ts';
import { isDeterministic, type Base, type DataChoice, type Run } from './spec.ts';
import { FrozenStates } from './states.ts';
import { methodOf, modelHash, MODELS, sourcesHash, taskKey } from './task.ts';
import { trained } from './trained.ts';

export interface RunnerOptions {
  readonly data: string;
  readonly scale: number;
  /** for PyTorch; null: its rows are left out */
  readonly python: string | null;
  readonly ledger: Ledger;
  readonly say: (line: string) => void;
}

/** Fewer answers of a model that is only asked say nothing. */
const LEAST_ASKED = 16;

export class Runner {
  readonly #options: RunnerOptions;
  readonly #sets = new Map<SetName, readonly DatasetRow[]>();
  readonly #cuts = new Map<string, Cut>();
  readonly #states = new FrozenStates();
  readonly #sources = sourcesHash();
  /** states of the sources that the results came from */
  readonly sources = new Set<string>();

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** The rows of a choice, at this run's scale. */
  cut(choice: DataChoice): Cut {
    const name = JSON.stringify(choice);
    const cut = this.#cuts.get(name) ?? cutOf((set) => this.#read(set), choice, this.#options.scale);
    this.#cuts.set(name, cut);
    return cut;
  }

  /** One result a seed, a single one where nothing is drawn, none where the peer is missing. Throws what the run throws. */
  async results(run: Run, name: string, choice: DataChoice, seeds: number): Promise<readonly Result[]> {
    if (run.by === 'torch' && this.#options.python === null) return [];
    const results: Result[] = [];
    for (let seed = 0; seed < (isDeterministic(run) ? 1 : seeds); seed++)
      results.push(await this.#result(run, name, choice, seed));
    return results;
  }

  async #result(run: Run, name: string, choice: DataChoice, seed: number): Promise<Result> {
    const { ledger, say } = this.#options;
    const cut = this.cut(choice);
    const layout = run.by === 'moderato' ? await this.#layout(run.base) : null;
    const key = taskKey(run, cut, seed, layout, this.#testRows(run, cut));
    const known = ledger.result(key);
    if (known && (known.result.gates !== null || !wantsGates(run))) {
      this.sources.add(known.sources);
      return known.result;
    }
    const began = performance.now();
    const made = await this.#make(run, cut, seed, layout);
    const result: Result = {
      ...made,
      probabilities: made.probabilities.map(short),
      wallSeconds: (performance.now() - began) / 1000,
    };
    ledger.add({ kind: 'result', key, row: name, seed, sources: this.#sources, result });
    this.sources.add(this.#sources);
    say(`  ${name}, seed ${seed}: ${result.wallSeconds.toFixed(0)} s`);
    return result;
  }

  #make(run: Run, cut: Cut, seed: number, layout: string | null): Promise<Made> {
    switch (run.by) {
      case 'ngrams':
        return ngrams(cut);
      case 'zero-shot':
        return asked(run.base.model, cut, this.#testRows(run, cut));
      case 'moderato':
      case 'torch': {
        const { base } = run;
        const method = methodOf(run, seed);
        if (method.kind === 'probe') {
          if (layout === null) throw new RangeError('A probe is fitted by our own engine only.');
          return probe(this.#states, { ...base, file: MODELS[base.model].file, layout }, method, cut);
        }
        const [program] = run.by === 'moderato' ? moderatoTraining : torchTraining(this.#options.python ?? '');
        if (!program) throw new RangeError(`There is no program called ${run.by}.`);
        const { modules, training } = method;
        return trained(program, { base, layout, gates: wantsGates(run), modules, options: training }, cut);
      }
    }
  }

  /** Measured once: all runs of a ledger that ask for the same have the same. */
  async #layout(base: Base): Promise<string> {
    const { ledger, say } = this.#options;
    const { model, depth, weights = 'fastest' } = base;
    const key = keyOf({ model: modelHash(model), depth, weights });
    const known = ledger.layout(key);
    if (known !== null) return known;
    const layout = await layoutOf(base);
    ledger.add({ kind: 'layout', key, layout });
    say(`  ${MODELS[model].title}, depth ${depth ?? 'all'}, ${weights} weights: ${layout}`);
    return layout;
  }

  #read(set: SetName): readonly DatasetRow[] {
    const rows = this.#sets.get(set) ?? readDataset(this.#options.data, set);
    this.#sets.set(set, rows);
    return rows;
  }

  /** How many rows of the test part a run reads. */
  #testRows(run: Run, cut: Cut): number {
    if (run.by !== 'zero-shot') return cut.test.length;
    return Math.min(cut.test.length, Math.max(LEAST_ASKED, Math.round(run.test * this.#options.scale)));
  }
}

const wantsGates = (run: Run): boolean => run.by === 'moderato' && run.gates === true;

/** Six digits: no two probabilities of a text become equal by that which were not as good as equal. */
const short = (value: number): number => Number(value.toPrecision(6));
