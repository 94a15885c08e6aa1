import type { Adapter } from '../../engine/adapter/adapter.ts';

/** What a test does not care about: two labels, mean pooling, English, no temperature. The head is the test's own. */
export const adapterOn = (
  base: Adapter['base'],
  changes: Pick<Adapter, 'exitDepth' | 'head'> & Partial<Adapter>,
): Adapter => ({
  name: 'test',
  method: 'probe',
  base,
  pooling: 'mean',
  instruction: '',
  task: 'binary',
  labels: ['fine', 'abusive'],
  neutralLabel: 'fine',
  temperature: 1,
  thresholds: [0.5, 0.5],
  languages: ['en'],
  training: {},
  ...changes,
});
