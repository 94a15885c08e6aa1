import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ASIDE } from '../../../desk/store/audit-items.ts';
import { AuditDraw, chanceAside, chanceOf, drawnOf } from '../../../desk/triage/audit-draw.ts';

const keys = fc.uint8Array({ minLength: 32, maxLength: 32 });
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i + 1);

describe('the audit sample', () => {
  it('has each message with the same chance, whatever its score, its number and the key', () => {
    const items = 20_000;
    const key = Buffer.alloc(32, 7);
    const draw = new AuditDraw(key);
    for (const part of [range(items), range(2 * items).filter((item) => item % 2 === 0)]) {
      const count = part.filter((item) => draw.has(item, 1 / 15)).length;
      const expected = part.length / 15;
      assert.ok(Math.abs(count - expected) < 5 * Math.sqrt(expected), `${count} of ${expected}`);
    }
    // One message with many keys, as one workspace after another would draw it.
    let times = 0;
    for (let n = 0; n < items; n++) {
      key.writeUInt32LE(n);
      if (new AuditDraw(key).has(42, 1 / 15)) times++;
    }
    assert.ok(Math.abs(times - items / 15) < 5 * Math.sqrt(items / 15), `${times}`);
  });

  it('is the same whenever, and in whatever pieces, messages are read', () => {
    fc.assert(
      fc.property(
        keys,
        fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { maxLength: 300 }),
        fc.nat(),
        (key, scores, at) => {
          const scored = scores.map((score, i) => ({ item: i + 1, score }));
          const [first, rest] = [scored.slice(0, at % 300), scored.slice(at % 300)];
          const draw = new AuditDraw(key);
          const all = drawnOf(draw, scored, 5);
          assert.deepEqual([...drawnOf(new AuditDraw(key), first, 5), ...drawnOf(draw, rest, 5)], all);
          for (const { item, stratum, probability } of all) {
            assert.equal(stratum, Math.min(9, Math.floor((scores[item - 1] ?? 0) * 10)));
            assert.equal(probability, 1 / 5);
          }
        },
      ),
    );
  });

  it('of what is set aside is part of what would be drawn if it were read, and costs little', () => {
    const draw = new AuditDraw(Buffer.alloc(32, 3));
    const scored = range(100_000).map((item) => ({ item, score: 0.1 }));
    const chance = chanceAside(15, scored.length);
    const aside = drawnOf(draw, scored, 15, chance);
    assert.ok(aside.length > 380 && aside.length < 620, `${aside.length}`);
    const all = new Set(drawnOf(draw, scored, 15).map(({ item }) => item));
    for (const { item, stratum, probability } of aside) {
      assert.ok(all.has(item));
      assert.deepEqual([stratum, probability], [ASIDE, chance]);
    }
    assert.equal(chanceAside(15, 100), chanceOf(15), 'never more than of what is read');
  });

  it('is empty where nobody wants one', () => {
    const draw = new AuditDraw(Buffer.alloc(32, 1));
    assert.deepEqual(drawnOf(draw, [{ item: 1, score: 0.5 }], 0), []);
    assert.equal(chanceAside(0, 5), 0);
  });
});
