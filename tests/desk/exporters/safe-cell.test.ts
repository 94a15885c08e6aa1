import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { plainCell, safeCell } from '../../../desk/exporters/safe-cell.ts';

describe('a cell of a CSV', () => {
  const hostile = fc.string({
    unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', '＝', 'a', ' ', '"', ';', ')'),
  });

  it('begins with no sign that makes a spreadsheet compute', () => {
    fc.assert(fc.property(hostile, (text) => assert.doesNotMatch(safeCell(text), /^[=+\-@\t\r\n＝＋－＠]/)));
  });

  it('has no part that does, where a spreadsheet cuts it up: at each ; (German Excel), tab and line', () => {
    // Such a spreadsheet knows no quotes in the middle of what it takes for a cell.
    const starts = (text: string): string[] => text.split(/[;\t\r\n]/).map((part) => part.replace(/^"+/, ''));
    fc.assert(
      fc.property(hostile, (text) => {
        for (const start of starts(safeCell(text)).slice(1)) assert.doesNotMatch(start, /^(?:[=@＝＋－＠]|[+-](?!\)))/);
      }),
      { numRuns: 2000 },
    );
    assert.equal(safeCell("well;=cmd|'/C calc'!A0;"), "well;'=cmd|'/C calc'!A0;");
    assert.equal(safeCell('list:\n- one\n"=two"'), 'list:\n\'- one\n\'"=two"');
  });

  it('gives back what it was made of, apostrophes too', () => {
    fc.assert(
      fc.property(hostile, (text) => assert.equal(plainCell(safeCell(text)), text)),
      { numRuns: 2000 },
    );
  });

  it('is left alone where it is harmless', () => {
    for (const text of ["'tis", 'a=b', '', ' =1', "don't", 'fine ;-)', 'a; b', 'one\ntwo'])
      assert.equal(safeCell(text), text);
  });
});
