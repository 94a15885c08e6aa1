import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NgramProxy } from '../../../desk/triage/cascade/ngram-proxy.ts';
import { seededRandom } from '../../../engine/train/random.ts';
import { simulate, timed } from '../../../bench/guarantee/simulate.ts';
import { sentencesOf } from '../../desk/retrain/community.ts';

describe('the timed cascade', () => {
  it('lets the proxy learn as often as the program does, and reads what was set aside for the audit, too', async () => {
    const random = seededRandom(8);
    // What is flagged has a word that tells, and a few others have it.
    const scores = Float32Array.from({ length: 8_000 }, () => (random() < 0.15 ? 0.9 : 0.1));
    const texts = sentencesOf(scores.length).map((text, i) =>
      (scores[i] ?? 0) > 0.5 || random() < 0.02 ? `${text} vermin` : text,
    );
    const stream = { scores, threshold: 0.5 };
    const proxy = () => NgramProxy.of((places) => Array.from(places, (place) => texts[place] ?? ''), 0.5);
    const { passes, learned } = await timed(stream, 0.95, proxy());
    assert.ok(learned > 6, `${learned}: five parts of the sample, the sample, and again as more is read`);
    const [simulated] = await simulate({ ...stream, name: 'made up', proxy }, [0.95], 1, () => {});
    assert.equal(simulated?.passes, passes);
    assert.ok(passes < scores.length, 'something is set aside');
  });
});
