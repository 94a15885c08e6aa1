/** How far the reviewers of a workspace agree, as the door gives it. */
import type { Agreement, Measured } from '../contract/agreement.ts';
import { appealsIn, ratingsOf } from '../review/ratings.ts';
import { inSlices } from '../slices.ts';
import type { Store } from '../store/store.ts';
import { agreementFigures, type Rating } from './agreement-figures.ts';
import type { Figure } from './evaluation.ts';
import { proportion } from './proportion.ts';

/** Fewer messages say little. */
const ENOUGH = 30;

/** In slices, between which the desk answers. */
export const agreementIn = async (store: Store): Promise<Agreement> => await inSlices(agreeing(store));

function* agreeing(store: Store): Generator<void, Agreement, void> {
  const ratings = yield* ratingsOf(store);
  const appeals = yield* appealsIn(store);
  return {
    enough: ENOUGH,
    all: yield* measured(store, ratings),
    drawn: yield* measured(
      store,
      ratings.filter(({ drawn }) => drawn),
    ),
    appeals: { ...appeals, rate: orNull(proportion(appeals.overturned, appeals.decided)) },
  };
}

function* measured(store: Store, ratings: readonly Rating[]): Generator<void, Measured, void> {
  const used = new Set(ratings.flatMap(({ labels }) => labels));
  const labels = store.policies.labels().filter(({ id }) => used.has(id));
  const figures = yield* agreementFigures(
    ratings,
    labels.map(({ id }) => id),
  );
  const reviewer = (id: number) => ({ id, pseudonym: store.reviewers.get(id)?.pseudonym ?? '' });
  return {
    messages: figures.messages,
    same: orNull(figures.same),
    alpha: orNull(figures.alpha),
    labels: figures.labels.map(({ messages, same, alpha }, i) => ({
      label: labels[i]?.name ?? '',
      messages,
      same: orNull(same),
      alpha: orNull(alpha),
    })),
    pairs: figures.pairs.map(({ reviewers: [a, b], messages, same, kappa, labels: each }) => ({
      reviewers: [reviewer(a), reviewer(b)],
      messages,
      same: orNull(same),
      kappa: orNull(kappa),
      labels: each.map((one, i) => ({ label: labels[i]?.name ?? '', kappa: orNull(one.kappa) })),
    })),
  };
}

const orNull = (figure: Figure): Figure | null =>
  [figure.value, figure.low, figure.high].some(Number.isNaN) ? null : figure;
