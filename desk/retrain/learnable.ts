/** What a retraining would learn from, counted: whoever decides sees what is still missing. */
import type { Learnable } from '../contract/revisions.ts';
import type { Store } from '../store/store.ts';
import { shownRevision } from '../triage/shown.ts';
import { fineOf, LEAST, LEAST_PER_LABEL, missingOf } from './decisions.ts';

export function learnableIn(store: Store): Learnable {
  const labels = store.policies.labels();
  const fine = fineOf(labels);
  // A decision without a label says that nothing is wrong, as the label of that would.
  const tally = Map.groupBy(store.reviews.tally(shownRevision(store)?.id ?? 0), ({ label }) => label ?? fine?.id);
  const sum = (id: number, of: 'decided' | 'audit' | 'fresh'): number =>
    (tally.get(id) ?? []).reduce((all, one) => all + one[of], 0);
  const found = labels
    .map(({ id, name, severity, retired }) => ({
      ...{ id, name, severity, retired },
      decided: sum(id, 'decided'),
      audit: sum(id, 'audit'),
      fresh: sum(id, 'fresh'),
    }))
    .filter(({ retired, decided }) => !retired || decided > 0)
    .map(({ retired: _, ...label }) => label);
  const counts = new Map(
    found.map(({ name, decided, audit }) => [name, decided - audit] as const).filter(([, n]) => n > 0),
  );
  const held = found.reduce((all, { audit }) => all + audit, 0);
  return {
    labels: found,
    least: LEAST,
    leastPerLabel: LEAST_PER_LABEL,
    ready: missingOf(counts, held, fine?.name ?? null) === null,
  };
}
