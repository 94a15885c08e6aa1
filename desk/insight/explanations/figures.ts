/** What the test of some explanations says, in figures and in sentences for people. */
import type { ExplanationFigures, Way } from '../../contract/explanations.ts';
import { bootstrap } from '../bootstrap.ts';
import { proportion } from '../proportion.ts';
import type { Planted } from './planted.ts';
import { meanCurve, ORDERS, STEPS, type OrderOfWords, type Tried } from './tried.ts';

/** Fewer messages than this say nothing. */
export const LEAST_MESSAGES = 10;

export function explanationFigures(tried: readonly Tried[], planted: Planted | null): ExplanationFigures {
  const deletion = wayOf(tried.map((one) => one.deletion));
  const sooner = deletion.sooner.random.share;
  const verdict =
    sooner !== null && sooner.low > 0.5 ? 'sooner' : sooner !== null && sooner.high < 0.5 ? 'later' : 'no difference';
  const figures: Omit<ExplanationFigures, 'sentences'> = {
    messages: tried.length,
    steps: [...STEPS],
    deletion,
    insertion: wayOf(
      tried.map((one) => one.insertion),
      // Here the higher curve is the better one.
      -1,
    ),
    verdict,
    planted: planted && {
      first: { cases: planted.messages, share: proportion(planted.first, planted.messages) },
      chance: planted.chance,
    },
    gates: gatesOf(tried),
  };
  return { ...figures, sentences: sentencesOf(figures, tried.length, planted) };
}

/** @param sign 1 where the lower curve is the better one, -1 where the higher one is */
function wayOf(messages: readonly Tried['deletion'][], sign: 1 | -1 = 1): Way {
  const ofOrders = <T>(of: (order: OrderOfWords) => T): Record<OrderOfWords, T> =>
    Object.fromEntries(ORDERS.map((order) => [order, of(order)])) as Record<OrderOfWords, T>;
  const soonerThan = (order: OrderOfWords) => {
    const sooner = messages.filter((one) => sign * one.effects.area < sign * one[order].area).length;
    return { cases: messages.length, share: messages.length === 0 ? null : proportion(sooner, messages.length) };
  };
  return {
    curves: ofOrders((order) => [...meanCurve(messages.map((one) => one[order].curve))]),
    areas: ofOrders((order) => messages.reduce((sum, one) => sum + one[order].area, 0) / messages.length),
    sooner: { random: soonerThan('random'), longest: soonerThan('longest') },
  };
}

/** Bands in which enough messages say something. */
function gatesOf(tried: readonly Tried[]): ExplanationFigures['gates'] {
  const bands = Map.groupBy(
    tried.flatMap(({ agreement }) => agreement).filter(({ correlation }) => !Number.isNaN(correlation)),
    ({ band }) => band,
  );
  return [...bands.values()].flatMap((all) => {
    const [first] = all;
    if (first === undefined || all.length < LEAST_MESSAGES) return [];
    const mean = (drawn: Float64Array): number =>
      all.reduce((sum, { correlation }, i) => sum + correlation * (drawn[i] ?? 0), 0) / all.length;
    const [interval] = bootstrap(all.length, (drawn) => [mean(drawn)]);
    const value = mean(new Float64Array(all.length).fill(1));
    const { low, high } = interval ?? { low: value, high: value };
    const { band, aboveUsual } = first;
    return [{ band, aboveUsual, messages: all.length, correlation: { value, low, high } }];
  });
}

function sentencesOf(
  { deletion, verdict }: Pick<ExplanationFigures, 'deletion' | 'verdict'>,
  messages: number,
  planted: Planted | null,
): string[] {
  const sooner = Math.round((deletion.sooner.random.share?.value ?? 0) * messages);
  const what = `Taking away the words that are named as causes lowers the score sooner than taking away random words in ${sooner} of ${messages} messages.`;
  const so = {
    sooner: 'In this workspace the named words are what the model goes by.',
    'no difference': 'That can be chance: do not rely on the named words in this workspace.',
    later: 'Random words do better: do not rely on the named words in this workspace.',
  }[verdict];
  if (planted === null) return [what, so];
  const { messages: all, first } = planted;
  return [
    what,
    so,
    `Where a single added word made the model flag a message, the explanation names that word first in ${first} of ${all} messages.`,
  ];
}
