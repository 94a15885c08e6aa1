/** Champion against challenger on the same rows, none of which the one or the other has learned from. */
import type { Comparison } from '../contract/revisions.ts';
import type { ChosenModel } from '../models/choose.ts';
import type { Places } from '../models/places.ts';
import type { Revision } from '../store/revisions.ts';
import type { Store } from '../store/store.ts';
import type { Supervisor } from '../supervisor.ts';
import { isForeign } from '../triage/foreign.ts';
import { openModel } from '../triage/scoring.ts';
import { verdictOf, type Verdict } from '../triage/verdict.ts';
import { dealt, type DecidedRow, type Decisions } from './decisions.ts';
import { differenceOf, LEAST_OF_EACH, type ComparedRow } from './comparison.ts';
import { lookedAt, type LookedAt } from './looked-at.ts';
import type { RegressionRow } from './public-rows.ts';
import type { Shares } from './shares.ts';

export interface DuelDeps {
  readonly store: Store;
  readonly supervisor: Supervisor;
  readonly places: Places;
  /** messages of the queue, the most uncertain first */
  readonly undecided: () => Uint32Array;
}

export interface DuelSetting {
  readonly champion: Revision;
  readonly model: ChosenModel;
  readonly decisions: Decisions;
  /** audit items from which on they alone count */
  readonly enough: number;
}

export type Judged = Pick<Comparison, 'on' | 'ranking' | 'regression' | 'flips'>;

/** What trains another challenger like the one that is judged, on fewer rows. */
export type TrainLike = (part: string, rows: readonly DecidedRow[]) => Promise<ChosenModel>;

/** Parts of a cross-fitting. */
const FOLDS = 5;
/** Flips of the list; the count has all. */
const LISTED = 500;
/** What reading a text costs beside learning from it once. */
const READING = 0.15;

type Read = ReadonlyMap<string, Verdict>;

export class Duel {
  readonly #deps: DuelDeps;
  readonly #setting: DuelSetting;
  readonly on: Judged['on'];
  /** rows that are compared on */
  readonly #rows: readonly DecidedRow[];
  readonly #fold: ReadonlyMap<number, number>;
  readonly #others: readonly LookedAt[];
  /** what each step takes, for the progress: training, reading by the champion, then the folds, and reading by the challenger */
  readonly parts: readonly number[];

  constructor(deps: DuelDeps, setting: DuelSetting) {
    const { champion, decisions, enough } = setting;
    const { store, undecided } = deps;
    this.#deps = deps;
    this.#setting = setting;
    const learned = new Set(
      decisions.all.flatMap(({ item, group }) =>
        store.tombstones.trainedOn(item).includes(champion.id) ? [group] : [],
      ),
    );
    const fresh = decisions.all.filter(({ group }) => !learned.has(group));
    const audited = fresh.filter(({ audit }) => audit !== null);
    this.on = audited.length >= enough && saysSomething(audited) ? 'audit' : 'decisions';
    this.#rows = this.on === 'audit' ? audited : fresh;
    this.#fold = dealt(decisions.all, FOLDS);
    const decided = new Set(decisions.all.map(({ item }) => item));
    this.#others = lookedAt(store, champion, undecided(), decided);
    const learning = decisions.learning.length;
    const reading = READING * (this.#rows.length + this.#others.length);
    const folds = this.on === 'audit' ? [] : Array.from({ length: FOLDS }, () => learning * (1 - 1 / FOLDS));
    this.parts = [learning, reading, ...folds, reading];
  }

  /** @param challenger what was trained on all rows */
  async fight(
    challenger: ChosenModel,
    trainLike: TrainLike,
    {
      signal,
      shares,
      regression,
    }: { readonly signal: AbortSignal; readonly shares: Shares; readonly regression: readonly RegressionRow[] },
  ): Promise<Judged> {
    const { model, decisions } = this.#setting;
    const own = this.#rows.map(({ item, text }) => ({ key: String(item), text }));
    const others = this.#others.map(({ item, text }) => ({ key: String(item), text }));
    const cases = english(model, challenger) ? regression.map(({ id, text }) => ({ key: id, text })) : [];
    const champion = await this.#read(
      model,
      [...own, ...others, ...cases],
      shares.next('Reading with the model of the queue'),
      signal,
    );
    const held = new Map<string, Verdict>();
    if (this.on === 'decisions')
      for (let fold = 0; fold < FOLDS; fold++) {
        const isOut = ({ group }: DecidedRow): boolean => this.#fold.get(group) === fold;
        const like = await trainLike(
          `${fold + 1} of ${FOLDS}`,
          decisions.learning.filter((row) => !isOut(row)),
        );
        const out = this.#rows.filter(isOut).map(({ item, text }) => ({ key: String(item), text }));
        for (const [key, verdict] of await this.#read(like, out, () => {}, signal)) held.set(key, verdict);
      }
    const unread = this.on === 'audit' ? [...own, ...others, ...cases] : [...others, ...cases];
    const whole = await this.#read(challenger, unread, shares.next('Reading with the new model'), signal);
    const of = this.on === 'audit' ? whole : held;
    const compared = this.#rows.flatMap((row): ComparedRow[] => {
      const [a, b] = [champion.get(String(row.item)), of.get(String(row.item))];
      if (a === undefined || b === undefined) return [];
      const weight = this.on === 'audit' && row.audit !== null ? 1 / row.audit : 1;
      const part = this.on === 'audit' ? 0 : (this.#fold.get(row.group) ?? 0);
      return [{ group: row.group, positive: row.positive, weight, part, champion: a.score, challenger: b.score }];
    });
    const general = regression.flatMap(({ id, positive }, group): ComparedRow[] => {
      const [a, b] = [champion.get(id), whole.get(id)];
      return a && b ? [{ group, positive, weight: 1, part: 0, champion: a.score, challenger: b.score }] : [];
    });
    return {
      on: this.on,
      ranking: differenceOf(compared),
      regression: differenceOf(general),
      flips: this.#flips(champion, new Map([...whole, ...held])),
    };
  }

  #flips(champion: Read, challenger: Read): Judged['flips'] {
    const decided = new Map(this.#rows.map(({ item, label }) => [item, label]));
    const both = [...this.#rows, ...this.#others].flatMap(({ item }) => {
      const [from, to] = [champion.get(String(item)), challenger.get(String(item))];
      return from && to ? [{ item, from: from.label, to: to.label, decided: decided.get(item) ?? null }] : [];
    });
    const flipped = both.filter(({ from, to }) => from !== to);
    return { read: both.length, count: flipped.length, items: flipped.slice(0, LISTED) };
  }

  /** What a model says of texts; those that it cannot read are left out. */
  async #read(
    model: ChosenModel,
    texts: readonly { readonly key: string; readonly text: string }[],
    onProgress: (share: number) => void,
    signal: AbortSignal,
  ): Promise<Read> {
    const { supervisor, places } = this.#deps;
    await using session = await openModel(supervisor, places, model, { deterministic: false }, signal);
    const scored = await session.score(texts, { signal, onProgress: (done) => onProgress(done / texts.length) });
    return new Map(
      scored.flatMap((result) =>
        result.status === 'scored' ? [[result.key, verdictOf(model.adapter, result.probabilities)] as const] : [],
      ),
    );
  }
}

/** Where hardly anything in the audit sample is wrong, all decisions say more than it. */
function saysSomething(rows: readonly DecidedRow[]): boolean {
  const positives = rows.filter(({ positive }) => positive).length;
  return Math.min(positives, rows.length - positives) >= LEAST_OF_EACH;
}

/** HateCheck says something of models that are for English. */
const english = (...models: readonly ChosenModel[]): boolean =>
  models.every(({ adapter }) => !isForeign(adapter, 'en'));
