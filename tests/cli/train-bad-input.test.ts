/** What train does with data, disks, memory and numbers that are not as they should be: it says so, and nothing is lost. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { decodeAdapter } from '../../engine/adapter/file.ts';
import { rewriteGguf } from '../../engine/ggml/gguf/rewrite.ts';
import { Tokenizer } from '../../engine/model/tokenizer.ts';
import { tokenizerFor, writeRandomModel } from '../reference/random-models.ts';
import { rows } from './labelled-rows.ts';
import { Bench, type Ended, type RunOptions } from './moderato.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());

const train = bench.file('train.csv', rows(64));
const dev = bench.file('dev.csv', rows(24, 100));

interface Run {
  readonly method?: string;
  readonly train?: string;
  readonly dev?: string;
  readonly model?: string;
  readonly more?: readonly string[];
}

const words = (out: string, { method = 'mlp', more = [], ...files }: Run = {}): string[] => [
  ...['train', '--model', files.model ?? bench.model, '--method', method, '--epochs', '1'],
  ...['--train', files.train ?? train, '--dev', files.dev ?? dev, '--out', out, ...more],
];

const OLD = 'an adapter of last week';

let folders = 0;
/** An adapter that lies there already, alone in its folder. */
function olderAdapter(folder = bench.path(`out-${++folders}`)): string {
  mkdirSync(folder, { recursive: true });
  const out = join(folder, 'a.gguf');
  writeFileSync(out, OLD);
  return out;
}

/** Ends with 1 and these words, without a stack trace; what was there is as it was, and nothing lies beside it. */
async function fails(out: string, run: Run, told: readonly RegExp[], options?: RunOptions): Promise<Ended> {
  const ended = await bench.run(words(out, run), options);
  assert.equal(ended.code, 1, `${ended.out}\n${ended.err}`);
  for (const part of told) assert.match(ended.err, part);
  assert.doesNotMatch(ended.err, /\n\s+at |TypeError|RangeError|ZodError|should not happen|install Moderato again/);
  assert.equal(readFileSync(out, 'utf8'), OLD);
  assert.deepEqual(beside(out), []);
  return ended;
}

const beside = (out: string): string[] => readdirSync(dirname(out)).filter((name) => name !== 'a.gguf');

async function works(out: string, run: Run, told: readonly RegExp[], options?: RunOptions): Promise<Ended> {
  const ended = await bench.run(words(out, run), options);
  assert.equal(ended.code, 0, ended.err);
  for (const part of told) assert.match(`${ended.err}\n${ended.out}`, part);
  decodeAdapter(readFileSync(out), { source: out });
  assert.deepEqual(beside(out), ['a.report.json']);
  return ended;
}

/** A disk of that many bytes, where one can be made. */
async function onDisk(t: TestContext, bytes: number, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = bench.path(`disk-${++folders}`);
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    t.skip('a small disk can be mounted by root alone');
    return;
  }
  try {
    await work(folder);
  } finally {
    execFileSync('umount', [folder]);
  }
}

describe('train with data', () => {
  it('of one class only', async () => {
    const one = bench.file('one.csv', 'text,label\nhello there,fine\ngood morning,fine\n');
    await fails(olderAdapter(), { train: one }, [/one\.csv: every row has the label "fine"/, /--label/]);
    const same = bench.file('same.csv', 'text,label\nhello there,a|b\ngood morning,b|a\n');
    await fails(olderAdapter(), { train: same, more: ['--multi-label'] }, [/same\.csv: every row has the same labels/]);
  });

  it('of three rows trains, and says that they are few', async () => {
    const three = bench.file('three.csv', rows(3));
    const said = [/three\.csv has fewer than 10 rows of a label \("fine" 2, "abusive" 1\): too few to learn/];
    for (const method of ['probe', 'lora'])
      await works(olderAdapter(), { method, train: three, dev: three }, [...said, /the figures on it are chance/]);
  });

  it('with empty texts leaves them out, and says how many', async () => {
    const some = bench.file('some.csv', `${rows(30)}"",fine,e1\n"   ",abusive,e2\n`);
    await works(olderAdapter(), { train: some }, [/some\.csv: 30 rows .*left out: 2 without text/]);
    const none = bench.file('none.csv', 'text,label\n"",fine\n" ",abusive\n');
    await fails(olderAdapter(), { train: none }, [/none\.csv: no row has both a text and a label/]);
  });

  it('with a text of 100,000 tokens leaves it out, and says so', async () => {
    const long = `"${'word '.repeat(100_000)}"`;
    const some = bench.file('long.csv', `${rows(30)}${long},fine,l1\n`);
    for (const method of ['probe', 'lora'])
      await works(olderAdapter(), { method, train: some }, [/long\.csv: 1 row not read, because the text is longer/]);
    const only = bench.file('only.csv', `text,label\n${long},abusive\nhello there,fine\ngood morning,fine\n`);
    for (const method of ['probe', 'lora'])
      await fails(olderAdapter(), { method, train: only }, [/No text in train .* label "abusive": 1 .* too long/]);
  });

  it('without the column of labels names those that there are', async () => {
    const bare = bench.file('bare.csv', 'text,mood\nhello there my friends,1\ngood morning my friends,0\n');
    await fails(olderAdapter(), { train: bare }, [/bare\.csv: no column looks like labels/, /text, mood/]);
    const more = ['--label', 'verdict'];
    await fails(olderAdapter(), { more }, [/train\.csv: there is no column "verdict"/, /text, label, id/]);
  });

  it('whose labels are not the same in both parts', async () => {
    const poor = bench.file('poor.csv', 'text,label\nhello there,fine\ngood morning,fine\n');
    await fails(olderAdapter(), { dev: poor }, [/poor\.csv: no row has the label "abusive"/]);
    const rich = bench.file('rich.csv', `${rows(10)}what a day,strange,x1\n`);
    await fails(olderAdapter(), { dev: rich }, [/rich\.csv has the label "strange", which no row of .*train\.csv has/]);
    const several = bench.file('several.csv', 'text,label\nhello there,fine\ngood morning,fine|abusive\n');
    await fails(olderAdapter(), { train: several }, [/"fine\|abusive"/, /--multi-label/]);
  });

  it('in which an id is a whole page', async () => {
    const paged = bench.file(
      'paged.csv',
      `text,label,id\n${rows(20)
        .split('\n')
        .slice(1, -1)
        .map((row) => row.replace(/,r/, `,${'r'.repeat(3000)}`))
        .join('\n')}\n`,
    );
    await works(olderAdapter(), { train: paged }, []);
  });
});

describe('train whose numbers are not finite', () => {
  // A word that the check of a model at its opening does not know.
  const broken = bench.path('broken.gguf');
  before(async () => {
    await using tokenizer = await Tokenizer.load(bench.model);
    const [, worm = 0] = tokenizer.encode('worm');
    rewriteGguf(bench.model, broken, {
      tensor: ({ name, ne: [width = 0] }) =>
        name === 'token_embd.weight'
          ? { type: 'f32', convert: (bytes) => filled(bytes, Infinity, worm * width, (worm + 1) * width) }
          : 'keep',
    });
  });

  it('names the rows of the batch', async () => {
    const told = [
      /stopped at step 1 of 4: its numbers are no longer finite/,
      /rows (r\d+, ){15}r\d+\./,
      /--lr 0\.00025/,
    ];
    await fails(olderAdapter(), { method: 'lora', model: broken }, told);
    await fails(olderAdapter(), { method: 'probe', model: broken }, [
      /no finite numbers of row r1 in train\. Leave the row out/,
    ]);
  });

  it('writes the best epoch before, and says so', async () => {
    const out = olderAdapter();
    const checkpoint = `${out}.checkpoint`;
    const more = ['--epochs', '60', '--lr', '0.0001', '--patience', '1000'];
    await bench.run(words(out, { method: 'lora', more }), { onErr: whenThere(checkpoint) });
    assert.equal(readFileSync(out, 'utf8'), OLD);
    const spoilt = bench.path('spoilt.checkpoint');
    rewriteGguf(checkpoint, spoilt, {
      tensor: ({ name }) =>
        /^now\..*lora_b$/.test(name) ? { type: 'f32', convert: (bytes) => filled(bytes, NaN) } : 'keep',
    });
    writeFileSync(checkpoint, readFileSync(spoilt));
    const told = [/Stopped at step \d+: its numbers were no longer finite/, /rows (r\d+,\s)+r\d+\.\sThis is the best/];
    await works(out, { method: 'lora', more: [...more, '--resume'] }, told);
  });
});

/** Kills the run for good once a file is there. */
function whenThere(file: string): NonNullable<RunOptions['onErr']> {
  return (said, kill) => {
    if (!/^Training/m.test(said)) return false;
    const looking = setInterval(() => {
      if (!existsSync(file)) return;
      clearInterval(looking);
      kill('SIGKILL');
    }, 5);
    return true;
  };
}

/** Numbers of a tensor with some of them replaced. */
function filled(bytes: Uint8Array, value: number, from = 0, to = bytes.length / 4): Uint8Array {
  const values = new Float32Array(bytes.slice().buffer);
  return new Uint8Array(values.fill(value, from, to).buffer);
}

describe('train without enough memory', () => {
  it('says how much to allow', async () => {
    const long = bench.file('longer.csv', `${rows(20)}"${'many words '.repeat(200)}",fine,l1\n`);
    const told = [/longest text, of 4\d\d tokens, needs more than 1 MB/, /--memory 2/, /leave out the longest/];
    await fails(olderAdapter(), { method: 'lora', train: long, more: ['--memory', '1'] }, told);
  });
});

describe('train on a disk that is full', () => {
  const full = /the disk is full/;

  it('leaves the adapter of before, and goes on from the checkpoint when there is room', async (t) => {
    // The n-grams alone take a megabyte.
    await onDisk(t, 600_000, async (disk) => {
      const out = olderAdapter(disk);
      const { code, err } = await bench.run(words(out));
      assert.equal(code, 1, err);
      for (const part of [full, /Free some space/, /kept in .*a\.gguf\.checkpoint: .* --resume/])
        assert.match(err, part);
      assert.equal(readFileSync(out, 'utf8'), OLD);
      assert.deepEqual(beside(out), ['a.gguf.checkpoint']);
      const anew = await bench.run(words(out));
      assert.match(anew.err, /checkpoint is of an earlier training that was cut off/);
      execFileSync('mount', ['-o', 'remount,size=20m', disk]);
      await works(out, { more: ['--resume'] }, []);
    });
    await onDisk(t, 600_000, async (disk) => {
      await fails(olderAdapter(disk), { method: 'probe' }, [full]);
    });
  });

  it('never leaves a new adapter beside the report of another', async (t) => {
    const measured = olderAdapter();
    await works(measured, { method: 'probe' }, []);
    const pages = Math.ceil(statSync(measured).size / 4096);
    // Room for the two that are there and for the new adapter, not for its report.
    await onDisk(t, (pages + 2) * 4096, async (disk) => {
      const out = olderAdapter(disk);
      const report = join(disk, 'a.report.json');
      writeFileSync(report, 'an older report');
      const { code, err } = await bench.run(words(out, { method: 'probe' }));
      assert.equal(code, 1, err);
      assert.match(err, full);
      assert.equal(readFileSync(out, 'utf8'), OLD);
      assert.equal(readFileSync(report, 'utf8'), 'an older report');
      assert.deepEqual(beside(out), ['a.report.json']);
    });
  });

  it('goes on without a checkpoint, and says so', async (t) => {
    // A wide head: its checkpoint has four times its numbers.
    await onDisk(t, 2_400_000, async (disk) => {
      const more = ['--hidden', '2400', '--epochs', '2'];
      await works(olderAdapter(disk), { more }, [/checkpoint could not be written: the disk is full/]);
    });
  });

  it('does not begin to make a model that cannot fit', async (t) => {
    await onDisk(t, 2_000_000, async (disk) => {
      await fails(olderAdapter(disk), { method: 'full' }, [/a\.model\.gguf will have more than 4 MB.* disk has 2 MB/]);
    });
  });

  it('leaves the model of before with its adapter', async (t) => {
    await onDisk(t, statSync(bench.model).size / 2 + 100_000, async (disk) => {
      const out = olderAdapter(disk);
      const model = join(disk, 'a.model.gguf');
      writeFileSync(model, 'an older model');
      const { code, err } = await bench.run(words(out, { method: 'full' }));
      assert.equal(code, 1, err);
      assert.match(err, /a\.model\.gguf: the disk is full/);
      assert.equal(readFileSync(out, 'utf8'), OLD);
      assert.equal(readFileSync(model, 'utf8'), 'an older model');
      assert.deepEqual(beside(out), ['a.model.gguf']);
    });
  });

  it('of temporary files says which folder it is', async (t) => {
    const deeper = bench.path('deeper.gguf');
    const tokenizer = tokenizerFor('bert');
    writeRandomModel(deeper, { variant: 'bert', tokenizer, blocks: 2, vocabulary: 30_522 });
    const many = bench.file('many.csv', rows(600));
    const more = ['--from', '1', '--memory', '2'];
    await onDisk(t, 65_536, async (disk) => {
      const told = [/the disk of the temporary folder is full/, /TMPDIR.*--memory/];
      const run = { method: 'lora', model: deeper, train: many, more };
      await fails(olderAdapter(), run, told, { env: { TMPDIR: disk } });
      assert.deepEqual(readdirSync(disk), []);
    });
  });
});

describe('train before it begins', () => {
  it('tries every place that it will write to', async (t) => {
    const out = olderAdapter();
    for (const name of ['a.report.json', 'a.model.gguf', 'a.gguf.checkpoint']) {
      const folder = join(dirname(out), name);
      mkdirSync(folder);
      const { code, err } = await bench.run(words(out, { method: 'full' }));
      assert.equal(code, 1);
      assert.match(err, new RegExp(`${name.replaceAll('.', '\\.')} is a folder`));
      assert.doesNotMatch(err, /Reading/);
      execFileSync('rmdir', [folder]);
    }
    await onDisk(t, 65_536, async (disk) => {
      const there = olderAdapter(disk);
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      await fails(there, {}, [/a\.gguf cannot be written: this folder or file may not be written/]);
    });
    await onDisk(t, 8192, async (disk) => {
      const there = olderAdapter(disk);
      writeFileSync(join(disk, 'a.report.json'), 'x'.repeat(4096));
      const { err } = await bench.run(words(there));
      assert.match(err, /a\.gguf cannot be written: the disk is full/);
      assert.equal(readFileSync(there, 'utf8'), OLD);
    });
  });

  it('does not write over the model that it trains, or its data', async () => {
    const model = bench.file('own.gguf', readFileSync(bench.model));
    const { code, err } = await bench.run(words(model, { model }));
    assert.equal(code, 1);
    assert.match(err, /own\.gguf would be written over/);
    assert.deepEqual(readFileSync(model), readFileSync(bench.model));
    const data = bench.file('b.report.json', rows(20));
    const other = await bench.run(words(bench.path('b.gguf'), { train: data }));
    assert.match(other.err, /b\.report\.json would be written over/);
  });

  it('calls options that cannot be meant wrong usage', async () => {
    for (const [method, more, told] of [
      ['lora', ['--epochs', '5000'], /--epochs cannot be 5000: expected number to be <=1000/],
      ['lora', ['--lr', '0'], /above 0/],
      ['lora', ['--languages', 'english'], /tags such as en,de/],
      ['lora', ['--name', ''], /1 to 200 characters/],
      ['probe', ['--multi-label'], /another method, such as --method mlp/],
    ] as const) {
      const { code, err } = await bench.run(words(olderAdapter(), { method, more }));
      assert.equal(code, 2, err);
      assert.match(err, told);
    }
    const bare = await bench.run(['train', '--train', train, '--dev', dev, '--out', olderAdapter()]);
    assert.equal(bare.code, 2);
    assert.match(bare.err, /--preset fast\|balanced\|best.*--method/);
  });

  it('takes a preset, and what was said beside it', async () => {
    const out = bench.path('preset.gguf');
    const named = ['--preset', 'balanced', '--model', bench.model, '--rank', '4', '--epochs', '1', '--json'];
    const ended = await bench.run(['train', '--train', train, '--dev', dev, '--out', out, ...named]);
    assert.equal(ended.code, 0, ended.err);
    const { method, modules } = decodeAdapter(readFileSync(out), { source: out });
    assert.equal(method, 'ds-lora');
    assert.equal(Reflect.get(modules?.settings ?? {}, 'rank'), 4);
  });
});
