import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Replacement, ShownText } from '../../../desk/store/shown-text.ts';

/** A text in pieces, some of which are replaced. */
const pieces = fc.array(
  fc.record({
    text: fc.string({ minLength: 1, maxLength: 6 }),
    by: fc.option(fc.string({ minLength: 1, maxLength: 8 })),
  }),
  { minLength: 1, maxLength: 8 },
);

function shownOf(parts: readonly { text: string; by: string | null }[]) {
  const replaced: Replacement[] = [];
  let stored = '';
  for (const { text, by } of parts) {
    if (by !== null) replaced.push({ start: stored.length, end: stored.length + text.length, by });
    stored += text;
  }
  return { stored, shown: new ShownText(stored, replaced), replaced };
}

describe('a shown text', () => {
  it('has the pieces in their order, with what is shown in their place', () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        assert.equal(shownOf(parts).shown.text, parts.map(({ text, by }) => by ?? text).join(''));
      }),
    );
  });

  it('finds a range of what was not replaced again, on both ways', () => {
    fc.assert(
      fc.property(pieces, fc.nat(), fc.nat(), (parts, a, b) => {
        const { stored, shown, replaced } = shownOf(parts);
        const start = Math.min(a % stored.length, b % stored.length);
        const end = Math.max(a % stored.length, b % stored.length) + 1;
        const from = shown.toShown(start, 'start');
        const to = shown.toShown(end, 'end');
        const touches = replaced.some((one) => one.start < end && one.end > start);
        if (!touches) assert.equal(shown.text.slice(from, to), stored.slice(start, end));
        // What touches a replaced stretch holds all of it afterwards.
        const back = [shown.toStored(from, 'start'), shown.toStored(to, 'end')];
        assert.ok((back[0] ?? 0) <= start && (back[1] ?? 0) >= end);
        for (const one of replaced)
          if (one.start < end && one.end > start) assert.ok(shown.text.slice(from, to).includes(one.by));
      }),
      { numRuns: 500 },
    );
  });
});
