/** Explaining a text from the command line, beside what was decided about others. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { z } from 'zod';
import { Bench } from './moderato.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());

const TEXT = 'The ferry leaves the harbour at noon.';
const DECIDED = bench.file(
  'decided.csv',
  `id,comment,verdict
a,You are a shitty clown and everybody knows it,abusive
b,${TEXT},fine
c,The ferry leaves the harbour at nine.,fine
d,Who wants to play a round tonight?,fine
e,,fine
`,
);
const COLUMNS = ['--map', 'text=comment,label=verdict,id=id'];
const explaining = (...more: string[]) => bench.run(['explain', '--text', TEXT, ...bench.tiny, ...more]);

const Found = z.looseObject({
  words: z.array(z.looseObject({ text: z.string(), gates: z.null(), usual: z.null() })),
  decided: z
    .array(z.strictObject({ id: z.string(), labels: z.array(z.string()), text: z.string(), cosine: z.number() }))
    .optional(),
});

describe('explain --decided', () => {
  it('gives the three decided rows that are nearest, with what was decided', async () => {
    const { code, out, err } = await explaining('--decided', DECIDED, ...COLUMNS, '--json');
    assert.equal(code, 0, err);
    const { decided = [] } = Found.parse(JSON.parse(out));
    assert.equal(decided.length, 3);
    assert.deepEqual({ ...decided[0], cosine: 0 }, { id: 'b', labels: ['fine'], text: TEXT, cosine: 0 });
    assert.ok(Math.abs((decided[0]?.cosine ?? 0) - 1) < 1e-5);
    assert.equal(decided[1]?.id, 'c');
    assert.ok(decided.every(({ cosine }, i) => cosine <= (decided[i - 1]?.cosine ?? 1.00001)));
    assert.match(err, /4 rows \(abusive 1, fine 3\); left out: 1 without text/);
    const without = await explaining('--json');
    assert.equal(Found.parse(JSON.parse(without.out)).decided, undefined);
  });

  it('masks slurs of decided rows, unless told not to', async () => {
    const only = bench.file('one.csv', 'text,label\nwhat a shitty clown,abusive\n');
    const masked = await explaining('--decided', only);
    assert.equal(masked.code, 0, masked.err);
    assert.match(masked.out, /alike +decided +message\n.+abusive +what a s\S+y clown/);
    assert.doesNotMatch(masked.out, /shitty/);
    assert.match((await explaining('--decided', only, '--unmask')).out, /what a shitty clown/);
  });

  it('says what is wrong with a file that cannot be used, and how to name its columns', async () => {
    const cases: [string, string, RegExp][] = [
      ['empty.csv', '', /empty\.csv/],
      ['head.csv', 'text,label\n', /no row has both a text and a label/],
      [
        'blank.csv',
        'text,label\nhello there,\n',
        /no row has both a text and a label\.[^]*--map text=COLUMN,label=COLUMN/,
      ],
      ['unlabelled.csv', 'id,text\n1,hello there\n', /no column looks like labels[^]*--map text=COLUMN,label=COLUMN/],
      ['long.csv', `text,label\n${'word '.repeat(40_000)},fine\n`, /the model can read none of its 1 texts/],
    ];
    for (const [name, content, what] of cases) {
      const { code, out, err } = await explaining('--decided', bench.file(name, content));
      assert.equal(code, 1, name);
      assert.equal(out, '', name);
      assert.match(err, what, name);
      assert.doesNotMatch(err, /--label COLUMN|Name it with --text/);
    }
    const missing = await explaining('--decided', bench.path('nowhere.csv'));
    assert.equal(missing.code, 1);
    assert.match(missing.err, /nowhere\.csv/);
    const wrong = await explaining('--decided', DECIDED, '--map', 'text=body');
    assert.match(wrong.err, /there is no column "body"\.[^]*comment/);
  });

  it('refuses columns without a file, and standard input for both', async () => {
    const alone = await explaining(...COLUMNS);
    assert.equal(alone.code, 2);
    assert.match(alone.err, /--decided FILE/);
    const twice = await bench.run(['explain', '--text', '-', ...bench.tiny, '--decided', '-'], { input: 'x' });
    assert.equal(twice.code, 2);
  });
});
