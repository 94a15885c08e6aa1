import type { Block } from '../block.ts';

/** One block after the other. */
export function chain(...blocks: readonly Block[]): Block {
  return {
    weights: (hyper) => blocks.flatMap((block) => block.weights(hyper)),
    forward: (pass, layer, x) => blocks.reduce((y, block) => block.forward(pass, layer, y), x),
  };
}

/** x + f(x) */
export function residual(...blocks: readonly Block[]): Block {
  const inner = chain(...blocks);
  return { weights: inner.weights, forward: (pass, layer, x) => pass.graph.add(inner.forward(pass, layer, x), x) };
}

/** f(x) + g(x): attention and MLP side by side (phi2) */
export function parallel(a: Block, b: Block): Block {
  return {
    weights: (hyper) => [...a.weights(hyper), ...b.weights(hyper)],
    forward: (pass, layer, x) => pass.graph.add(a.forward(pass, layer, x), b.forward(pass, layer, x)),
  };
}
