import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Bench } from './moderato.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());

/** What an older Node says of itself. */
const OLDER = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.11.1' } })`;

const VERBS = ['triage', 'import', 'queue', 'score', 'train', 'eval', 'explain', 'models', 'doctor', 'bench'];

describe('moderato', () => {
  it('lists its verbs and ends with 0', async () => {
    const { code, out, err } = await bench.run(['--help']);
    assert.equal(code, 0);
    assert.equal(err, '');
    for (const verb of VERBS) assert.match(out, new RegExp(`^  ${verb}\\b`, 'm'));
  });

  it('starts the Node that comes along when it is run by an older one', async () => {
    const { code, out } = await bench.run(['--version'], { node: ['--import', OLDER] });
    assert.equal(code, 0);
    assert.match(out, /^\d+\.\d+\.\d+\n$/);
  });

  it('hands on the exit code through the older Node', async () => {
    assert.equal((await bench.run(['nonsense'], { node: ['--import', OLDER] })).code, 2);
  });

  for (const [what, words] of [
    ['a verb that there is not', ['nonsense']],
    ['no verb at all', []],
    ['a recall that there is not', ['triage', 'x.json', '--recall', '0.97']],
    ['rows without a format', ['score', '--in', 'a.csv', '--out', 'b.xyz']],
    ['standard input where an export is expected', ['triage', '-']],
  ] as const) {
    it(`ends with 2 for ${what}, and says what it takes`, async () => {
      const { code, out, err } = await bench.run(words);
      assert.equal(code, 2, err);
      assert.equal(out, '');
      assert.match(err, /\S/);
      assert.doesNotMatch(err, /\n\s+at /);
    });
  }
});

describe('an error', () => {
  it('has no stack trace, unless one was asked for', async () => {
    const words = ['queue', '--workspace', bench.path('nowhere.moderato')];
    const plain = await bench.run(words);
    assert.equal(plain.code, 1);
    assert.doesNotMatch(plain.err, /\n\s+at /);
    assert.match(plain.err, /nowhere\.moderato/);
    const debug = await bench.run(words, { env: { MODERATO_DEBUG: '1' } });
    assert.match(debug.err, /\n\s+at /);
  });

  it('shows the name of a file without its control characters', async () => {
    const { code, err } = await bench.run(['queue', '--workspace', bench.path('a\u001b[31m.moderato')]);
    assert.equal(code, 1);
    assert.ok(!err.includes('\u001b'));
  });
});

describe('doctor', () => {
  it('says as JSON what there is', async () => {
    const { code, out } = await bench.run(['doctor', '--json']);
    assert.equal(code, 0);
    const found: unknown = JSON.parse(out);
    assert.ok(typeof found === 'object' && found !== null && 'libraries' in found && 'hints' in found);
  });

  it('keeps the verdict on every GPU backend for the next start', async () => {
    const { code, out, err } = await bench.run(['doctor', '--verify', '--json']);
    assert.equal(code, 0, err);
    const { calibration } = JSON.parse(out) as { calibration: { file: string } };
    const verdicts = JSON.parse(readFileSync(join(dirname(calibration.file), 'backends.json'), 'utf8')) as object;
    assert.deepEqual(
      Object.keys(verdicts).map((key) => key.split(' ')[0]),
      ['cuda', 'vulkan', 'metal'],
    );
  });
});

describe('models', () => {
  it('lists the embedded base models', async () => {
    const { code, out } = await bench.run(['models', 'list', '--json']);
    assert.equal(code, 0);
    const { models } = JSON.parse(out) as { models: { file: string }[] };
    assert.ok(models.some(({ file }) => file.startsWith('SmolLM2')));
  });

  it('takes a model in once, lists and verifies it, and finds it changed when it is', async () => {
    const added = await bench.run(['models', 'add', bench.model, '--json']);
    assert.equal(added.code, 0, added.err);
    const { id, path } = JSON.parse(added.out) as { id: string; path: string };
    assert.equal(
      (JSON.parse((await bench.run(['models', 'add', bench.model, '--json'])).out) as { known: boolean }).known,
      true,
    );
    assert.match((await bench.run(['models', 'list'])).out, new RegExp(`^${id} +base model, added`, 'm'));
    const good = await bench.run(['models', 'verify', '--json']);
    assert.equal(good.code, 0, good.err);
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.from([0xff]), 0, 1, 5_000_000);
    closeSync(file);
    const bad = await bench.run(['models', 'verify']);
    assert.equal(bad.code, 1);
    assert.match(bad.out, new RegExp(`changed ${id}`));
  });

  it('refuses an adapter as a base model', async () => {
    const { code, err } = await bench.run(['models', 'add', bench.adapter]);
    assert.equal(code, 1);
    assert.match(err, /adapter, not a base model/);
  });
});
