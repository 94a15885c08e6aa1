/** Training in the layers from the command line, through explain and export, with Ctrl-C and kill -9 on the way. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { z } from 'zod';
import { decodeAdapter } from '../../engine/adapter/file.ts';
import { readGguf } from '../../engine/ggml/gguf/read.ts';
import { rows } from './labelled-rows.ts';
import { Bench } from './moderato.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());

const train = bench.file('train.csv', rows(64));
const dev = bench.file('dev.csv', rows(24, 100));

const words = (method: string, out: string, ...more: string[]): string[] =>
  ['train', '--model', bench.model, '--method', method, '--train', train, '--dev', dev, '--out', out].concat(more);

const Report = z.looseObject({
  method: z.string(),
  devMacroF1: z.number(),
  epochs: z.array(z.looseObject({ epoch: z.int() })),
  sparsity: z.number(),
  parameters: z.int(),
  interrupted: z.boolean(),
});

describe('train in the layers', () => {
  for (const method of ['mlp', 'lora', 'ds-lora', 'dora', 'houlsby'])
    it(`${method}: learns what the words say, and leaves no checkpoint`, async () => {
      const out = bench.path(`${method}.gguf`);
      const more = ['--json', '--lr', '0.01', '--epochs', '4'];
      const { code, out: printed, err } = await bench.run(words(method, out, ...more));
      assert.equal(code, 0, err);
      const report = Report.parse(JSON.parse(printed));
      assert.equal(report.method, method);
      assert.ok(report.devMacroF1 > 0.9, `${report.devMacroF1}`);
      assert.ok(report.parameters > 100);
      const adapter = decodeAdapter(readFileSync(out), { source: out });
      assert.equal(adapter.method, method);
      assert.equal(adapter.modules !== undefined, method !== 'mlp');
      assert.equal(existsSync(`${out}.checkpoint`), false);
      const data = bench.file('unseen.csv', rows(20, 300));
      const measured = await bench.run(['eval', '--data', data, '--adapter', out, '--model', bench.model, '--json']);
      assert.equal(measured.code, 0, measured.err);
      const { accuracy } = z
        .looseObject({ accuracy: z.looseObject({ value: z.number() }) })
        .parse(JSON.parse(measured.out));
      assert.ok(accuracy.value > 0.9);
    });

  it('explains a text with the gates that were trained', async () => {
    const text = 'number 7 is a stupid clown';
    const named = ['--adapter', bench.path('ds-lora.gguf'), '--model', bench.model, '--deterministic'];
    const { code, out, err } = await bench.run(['explain', '--text', text, ...named, '--json']);
    assert.equal(code, 0, err);
    const Word = z.object({
      text: z.string(),
      start: z.int(),
      end: z.int(),
      effect: z.number().nullable(),
      gates: z.record(z.string(), z.number()).nullable(),
      usual: z.record(z.string(), z.number()).nullable(),
    });
    const { label, words: found } = z.looseObject({ label: z.string(), words: z.array(Word) }).parse(JSON.parse(out));
    assert.equal(label, 'abusive');
    assert.deepEqual(
      found.map((word) => word.text),
      ['number', '7', 'is', 'a', 'stupid', 'clown'],
    );
    for (const word of found) {
      assert.equal(text.slice(word.start, word.end), word.text);
      for (const gates of [word.gates, word.usual]) {
        assert.deepEqual(Object.keys(gates ?? {}), ['lower']);
        assert.ok(Object.values(gates ?? {}).every((gate) => gate > 0 && gate < 1));
      }
    }
    // Words that stood in half of the texts have a base rate of their own.
    assert.ok(new Set(found.map(({ usual }) => usual?.['lower'])).size > 2);
    const shown = await bench.run(['explain', '--text', '-', ...named], { input: text });
    assert.equal(shown.code, 0, shown.err);
    // The tiny model has one layer, which is all of its lowest third.
    assert.match(shown.out, /effect +word +lower \(usually\)\n.+ \.\d\d \(\.\d\d\)/);
  });

  it('exports a plain LoRA, and refuses one with a gate', async () => {
    const out = bench.path('plain.gguf');
    const exporting = (from: string) => bench.run(['models', 'export', bench.path(from), '--plain-lora', '--out', out]);
    const refused = await exporting('ds-lora.gguf');
    assert.equal(refused.code, 1);
    assert.match(refused.err, /--method lora/);
    assert.equal(existsSync(out), false);
    const done = await exporting('lora.gguf');
    assert.equal(done.code, 0, done.err);
    using file = readGguf(out);
    assert.equal(file.metadata.requireString('adapter.type'), 'lora');
    assert.ok([...file.tensors.keys()].every((name) => /\.lora_[ab]$/.test(name)));
  });

  const reportOf = (out: string) => Report.parse(JSON.parse(readFileSync(out.replace(/gguf$/, 'report.json'), 'utf8')));

  /** Ends the run with `signal` once its first epoch is on the disk. */
  const cutOff = (out: string, signal: NodeJS.Signals, ...more: string[]) =>
    bench.run(words('lora', out, '--lr', '0.0001', '--patience', '1000', ...more), {
      onErr: (said, kill) => {
        if (!/^Training/m.test(said)) return false;
        const looking = setInterval(() => {
          if (!existsSync(`${out}.checkpoint`)) return;
          clearInterval(looking);
          kill(signal);
        }, 5);
        return true;
      },
    });

  it('on Ctrl-C finishes with the best so far', async () => {
    const out = bench.path('early.gguf');
    const { code, err } = await cutOff(out, 'SIGINT', '--epochs', '1000');
    assert.equal(code, 0, err);
    assert.match(err, /Finishing with the best so far/);
    const report = reportOf(out);
    assert.equal(report.interrupted, true);
    assert.ok(report.epochs.length < 1000);
    assert.ok(existsSync(out));
  });

  it('goes on after a kill -9 with --resume, from its last whole epoch', async () => {
    const out = bench.path('killed.gguf');
    const killed = await cutOff(out, 'SIGKILL', '--epochs', '60');
    assert.notEqual(killed.code, 0);
    assert.equal(existsSync(out), false);
    const { code, err } = await cutOff(out, 'SIGCONT', '--epochs', '60', '--resume');
    assert.equal(code, 0, err);
    assert.deepEqual(
      reportOf(out).epochs.map(({ epoch }) => epoch),
      Array.from({ length: 60 }, (_, i) => i + 1),
    );
    assert.equal(existsSync(`${out}.checkpoint`), false);
  });

  it('goes on from its last whole epoch when its engine dies', { skip: process.platform !== 'linux' }, async () => {
    const out = bench.path('died.gguf');
    const { code, err } = await bench.run(
      words('lora', out, '--lr', '0.0001', '--patience', '1000', '--epochs', '60'),
      {
        onErr: (said) => {
          if (!/^Training/m.test(said)) return false;
          const looking = setInterval(() => {
            if (!existsSync(`${out}.checkpoint`)) return;
            clearInterval(looking);
            for (const engine of engines()) process.kill(engine, 'SIGKILL');
          }, 5);
          return true;
        },
      },
    );
    assert.equal(code, 0, err);
    assert.match(err, /engine was ended by SIGKILL/);
    const { epochs } = reportOf(out);
    assert.deepEqual(
      epochs.map(({ epoch }) => epoch),
      Array.from({ length: 60 }, (_, i) => i + 1),
    );
    assert.match(err, /Going on after epoch \d+, from the checkpoint/);
  });

  /** Engines of this test's programs, whose home is its folder. */
  const engines = (): number[] =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => {
        const has = (file: string, part: string): boolean => {
          try {
            return readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(part);
          } catch {
            return false;
          }
        };
        return has('cmdline', 'engine/main.ts') && has('environ', `HOME=${bench.folder}`);
      });

  it('says what is wrong with options that do not fit', async () => {
    for (const [more, what] of [
      [['--targets', 'attn_x'], /no linear layer called attn_x/],
      [['--from', '5'], /exit depth above it/],
      [['--resume'], /to go on from/],
    ] as const) {
      const { code, err } = await bench.run(words('lora', bench.path('wrong.gguf'), ...more));
      assert.equal(code, 1);
      assert.match(err, what);
    }
    const { code, err } = await bench.run(words('lora', bench.path('wrong.gguf'), '--lr', '-1'));
    assert.equal(code, 2);
    assert.match(err, /above 0/);
  });
});
