import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { plainCell, safeCell } from '../../../desk/exporters/safe-cell.ts';

describe('a cell of a CSV', () => {
  const hostile = fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', '＝', 'a', ' ', '"') });

  it('begins with no sign that makes a spreadsheet compute', () => {
    fc.assert(fc.property(hostile, (text) => assert.doesNotMatch(safeCell(text), /^[=+\-@\t\r\n＝＋－＠]/)));
  });

  it('gives back what it was made of, apostrophes too', () => {
    fc.assert(
      fc.property(hostile, (text) => assert.equal(plainCell(safeCell(text)), text)),
      { numRuns: 2000 },
    );
  });

  it('is left alone where it is harmless', () => {
    for (const text of ["'tis", 'a=b', '', ' =1', "don't"]) assert.equal(safeCell(text), text);
  });
});
