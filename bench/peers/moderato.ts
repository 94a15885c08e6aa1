/** Our own engine as one of the programs of the score bench. */
import { z } from 'zod';
import { Scorer } from '../../engine/score/scorer.ts';
import { serve } from './serve.ts';

const Own = z.object({ depth: z.int().optional(), layout: z.string().optional() });

await serve(async (load) => {
  const { depth, layout } = Own.parse(load);
  const scorer = await Scorer.open({
    base: load.model,
    backend: 'cpu',
    deterministic: false,
    pooling: 'mean',
    ...(depth !== undefined && { depth }),
    ...(layout !== undefined && { layout }),
  });
  const { info } = scorer;
  const items = load.texts.map((text, i) => ({ key: String(i), text }));
  return {
    settings: `Moderato ${info.layout}, depth ${info.depth}, ${info.threads} threads`,
    layout: info.layout,
    async run(count) {
      const { states, read } = await scorer.embed(items.slice(0, count), {});
      const unread = read.indexOf(false);
      if (unread >= 0) throw new Error(`text ${unread} was not read`);
      const { width } = info;
      const rows = Array.from({ length: count }, (_, i) => states.subarray(i * width, (i + 1) * width));
      // Tokens are counted by llama.cpp for all programs alike.
      return { states: rows, tokens: [] };
    },
  };
});
