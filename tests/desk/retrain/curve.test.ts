import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Curve } from '../../../desk/retrain/curve.ts';

const EPOCHS = 4;

/** The figures of a training, step by step: the loss falls, dev F1 is known after every epoch. */
function* training(steps: number, from = 0): Generator<readonly [Record<string, number>, number]> {
  for (let step = from + 1; step <= steps; step++) {
    const epoch = Math.floor(((step - 1) / steps) * EPOCHS);
    yield [
      { epochs: EPOCHS, loss: 1 / step, tokens_per_second: 900, ...(epoch > 0 && { dev_macro_f1: epoch / 10 }) },
      step / steps,
    ];
  }
}

describe('the curve of a training', () => {
  it('stays small however many steps there are, and still goes from the first to the last', () => {
    const curve = new Curve();
    for (const [figures, share] of training(10_000)) curve.add(figures, share);
    const { points = [], epochs, tokensPerSecond } = curve.training ?? {};
    assert.deepEqual([epochs, tokensPerSecond], [EPOCHS, 900]);
    assert.ok(points.length > 20 && points.length <= 85, String(points.length));
    assert.ok((points[0]?.epoch ?? 1) < 0.01);
    assert.equal(points.at(-1)?.epoch, EPOCHS);
    assert.ok(points.every(({ epoch }, i) => i === 0 || epoch > (points[i - 1]?.epoch ?? 0)));
    assert.deepEqual([...new Set(points.map(({ devF1 }) => devF1))], [null, 0.1, 0.2, 0.3]);
  });

  it('draws anew what an engine that died does again', () => {
    const curve = new Curve();
    for (const [figures, share] of training(40)) if (share <= 0.7) curve.add(figures, share);
    for (const [figures, share] of training(40, 20)) curve.add(figures, share);
    const epochs = curve.training?.points.map(({ epoch }) => epoch) ?? [];
    assert.deepEqual(
      epochs,
      [...epochs].sort((a, b) => a - b),
    );
    assert.equal(new Set(epochs).size, 40);
  });

  it('ends with what dev says behind the last step', () => {
    const curve = new Curve();
    for (const [figures, share] of training(40)) curve.add(figures, share);
    const record = [
      { trainLoss: 0.5, devMacroF1: 0.1 },
      { trainLoss: 0.2, devMacroF1: 0.4 },
    ];
    curve.end(record);
    assert.deepEqual(curve.training?.points.at(-1), { epoch: EPOCHS, loss: 1 / 40, devF1: 0.4 });
    curve.end('of another trainer');
    assert.equal(curve.training?.points.at(-1)?.devF1, 0.4);
    // One that was over before anything was told has a point for each epoch.
    const short = new Curve();
    short.end(record);
    assert.deepEqual(short.training?.points, [
      { epoch: 1, loss: 0.5, devF1: 0.1 },
      { epoch: 2, loss: 0.2, devF1: 0.4 },
    ]);
  });

  it('is null until a loss is known', () => {
    const curve = new Curve();
    curve.add({ epochs: EPOCHS, epoch: 1 }, 0.1);
    assert.equal(curve.training, null);
  });
});
