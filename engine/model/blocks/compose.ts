import type { Block, Computed } from '../block.ts';

/** One block after the other. */
export function chain(...blocks: readonly Block[]): Block {
  return {
    weights: (hyper) => blocks.flatMap((block) => block.weights(hyper)),
    forward(pass, layer, x) {
      const steps: Computed[] = [];
      for (const block of blocks) steps.push(block.forward(pass, layer, steps.at(-1)?.y ?? x));
      return {
        y: steps.at(-1)?.y ?? x,
        backward: (dy) => steps.reduceRight((d, step) => step.backward(d), dy),
      };
    },
  };
}

/** x + f(x) */
export function residual(...blocks: readonly Block[]): Block {
  const inner = chain(...blocks);
  return {
    weights: inner.weights,
    forward(pass, layer, x) {
      const f = inner.forward(pass, layer, x);
      return { y: pass.graph.add(f.y, x), backward: (dy) => pass.graph.add(f.backward(dy), dy) };
    },
  };
}

/** f(x) + g(x): attention and MLP side by side (phi2) */
export function parallel(a: Block, b: Block): Block {
  return {
    weights: (hyper) => [...a.weights(hyper), ...b.weights(hyper)],
    forward(pass, layer, x) {
      const [f, g] = [a.forward(pass, layer, x), b.forward(pass, layer, x)];
      return {
        y: pass.graph.add(f.y, g.y),
        backward: (dy) => pass.graph.add(f.backward(dy), g.backward(dy)),
      };
    },
  };
}
