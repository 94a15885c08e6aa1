/** Runs as figures, each arm beside the model as it comes, and the verdict. */
import { plain, type Figure } from '../figure.ts';
import { mean, QUIET } from '../timing.ts';
import type { Community } from './communities.ts';
import type { Arm, Run } from './runs.ts';
import { gainOf, isKept, metricOf, type Gain, type Metric } from './verdict.ts';

const ADAPTED = { own: '', other: '.other', whole: '.whole' } as const satisfies Partial<Record<Arm, string>>;
const TITLES = { auroc: 'AUROC', macroF1: 'macro-F1' } as const satisfies Record<Metric, string>;
const AS_IT_COMES = 'no adaptation';

/** @param settings of the program that learned, in its words */
export function figuresOf(
  communities: readonly Community[],
  runs: readonly Run[],
  settings: string,
): readonly Figure[] {
  const of = communities.map((community) => new Measured(community, runs));
  const verdicts = (['own', 'whole'] as const).flatMap((arm) => {
    const gains = of.flatMap((one) => one.gain('auroc', 'none', arm) ?? []);
    if (gains.length === 0) return [];
    const unit = `of ${gains.length} communities`;
    return [
      plain(`language.better${ADAPTED[arm]}`, gains.filter(({ low }) => low > 0).length, unit),
      plain(`language.worse${ADAPTED[arm]}`, gains.filter(({ high }) => high < 0).length, unit),
      plain(`language.kept${ADAPTED[arm]}`, isKept(gains) ? 1 : 0, '1: kept'),
    ];
  });
  return [...of.flatMap((one) => one.figures(settings)), ...verdicts];
}

/** All runs of one community. */
class Measured {
  readonly #community: Community;
  readonly #runs: readonly Run[];

  constructor(community: Community, runs: readonly Run[]) {
    this.#community = community;
    this.#runs = runs.filter((run) => run.community === community.name);
  }

  figures(settings: string): readonly Figure[] {
    const name = `language.${this.#community.name}`;
    const arms = Object.entries(ADAPTED) as [keyof typeof ADAPTED, string][];
    return [
      ...arms.flatMap(([arm, ending]) => this.#compared(`${name}.auroc${ending}`, 'auroc', 'none', arm, AS_IT_COMES)),
      ...this.#compared(`${name}.auroc.beyond_other`, 'auroc', 'other', 'own', "adapted to another's messages"),
      ...arms.flatMap(([arm, ending]) =>
        this.#compared(`${name}.macro_f1${ending}`, 'macroF1', 'none', arm, AS_IT_COMES),
      ),
      ...arms.flatMap(([arm, ending]) => this.#costs(name, arm, ending, settings)),
    ];
  }

  /** Of the seeds that both have; null where there is none. */
  gain(metric: Metric, before: Arm, after: Arm): (Gain & { readonly seeds: number }) | null {
    const pairs = this.#of(after).flatMap(({ seed, probabilities }) => {
      const same = this.#of(before).find((run) => run.seed === seed);
      return same === undefined ? [] : [{ before: same.probabilities, after: probabilities }];
    });
    if (pairs.length === 0) return null;
    const labels = this.#community.held.map(({ label }) => label);
    const gain = gainOf(
      metric,
      labels,
      pairs.map((pair) => pair.before),
      pairs.map((pair) => pair.after),
    );
    return { ...gain, seeds: pairs.length };
  }

  #of(arm: Arm): readonly Run[] {
    return this.#runs.filter((run) => run.arm === arm);
  }

  /** The figure, and its difference from the peer's with the 95% interval. */
  #compared(name: string, metric: Metric, before: Arm, after: Arm, peer: string): readonly Figure[] {
    const gain = this.gain(metric, before, after);
    if (gain === null) return [];
    const unit = `${TITLES[metric]}, ${gain.seeds === 1 ? 'one seed' : `mean of ${gain.seeds} seeds`}`;
    return [
      { ...plain(name, gain.after, unit), peer, peer_value: gain.before },
      plain(`${name}.gain`, gain.after - gain.before, `difference in ${TITLES[metric]}`),
      plain(`${name}.gain.low`, gain.low, 'its 95% interval, from'),
      plain(`${name}.gain.high`, gain.high, 'its 95% interval, to'),
    ];
  }

  #costs(name: string, arm: keyof typeof ADAPTED, ending: string, settings: string): readonly Figure[] {
    const runs = this.#of(arm);
    if (runs.length === 0) return [];
    const before = arm === 'whole' ? runs.flatMap(({ lossBefore }) => lossBefore ?? []) : this.#lossesAsItComes();
    return [
      {
        ...plain(`${name}.loss${ending}`, mean(runs.map(({ loss }) => loss)), 'nats for each next token'),
        peer: AS_IT_COMES,
        peer_value: mean(before),
      },
      plain(
        `${name}.seconds${ending}`,
        mean(runs.flatMap(({ adaptation }) => adaptation?.seconds ?? [])),
        `s to adapt, ${settings}${disturbance(mean(runs.flatMap(({ adaptation }) => adaptation?.others ?? [])))}`,
      ),
    ];
  }

  #lossesAsItComes(): readonly number[] {
    return this.#of('none').map(({ loss }) => loss);
  }
}

export function inWords({ seed, arm, adaptation, loss, probabilities }: Run, community: Community): string {
  const { name, other, held } = community;
  const auroc = metricOf(
    'auroc',
    held.map(({ label }) => label),
    probabilities,
  );
  const how =
    adaptation === null
      ? 'as it comes'
      : `adapted to ${arm === 'other' ? other : name}${arm === 'whole' ? ' behind all layers' : ''}` +
        ` (${adaptation.seconds.toFixed(0)} s${disturbance(adaptation.others ?? 0)})`;
  return `${name}, seed ${seed}, ${how}: AUROC ${auroc.toFixed(3)}, loss ${loss.toFixed(2)}`;
}

/** No speed to publish, where others took a part of the processor. */
const disturbance = (others: number): string =>
  others > QUIET ? `, disturbed: others had ${(others * 100).toFixed(0)}% of the processor` : '';
