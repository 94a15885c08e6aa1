import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { RowWriter } from '../../../desk/tables/writer.ts';
import { Folder } from '../store/fixtures.ts';

describe('scored rows as CSV', () => {
  it('hold no cell that a spreadsheet would run, neither ids nor labels', async () => {
    using folder = new Folder();
    const to = folder.file('scored.csv');
    const writer = new RowWriter({ to, format: 'csv', labels: ['@SUM(A1)', 'fine'], from: folder.file('rows.csv') });
    const scores = { '@SUM(A1)': 0.75, fine: 0.25 };
    await writer.write([
      { id: '=HYPERLINK("http://x.example")', label: '@SUM(A1)', score: 0.75, scores },
      { id: '-1', label: null, not_read: 'empty' },
    ]);
    await writer.finish();
    assert.deepEqual(readFileSync(to, 'utf8').trimEnd().split('\n'), [
      "id,label,score,'@SUM(A1),fine,not_read",
      `"'=HYPERLINK(""http://x.example"")",'@SUM(A1),0.75,0.75,0.25,`,
      "'-1,,,,,empty",
    ]);
  });
});
