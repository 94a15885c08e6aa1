import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import bench from '../../../bench/audit.ts';
import { UsageError, type BenchOptions } from '../../../bench/figure.ts';

const OPTIONS: BenchOptions = {
  data: null,
  peers: [],
  adapter: null,
  scale: 1,
  tables: [],
  seeds: [],
  results: null,
  unmask: false,
  say: () => {},
};

const suite = (prefix: string): Buffer =>
  gzipSync(
    [
      'id,text,label,split,target,source_label',
      ...Array.from(
        { length: 6 },
        (_, i) => `${prefix}:derog_h:${i},number ${i} is a stupid worthless idiot and a liar,1,test,sailors,hateful`,
      ),
      ...Array.from(
        { length: 6 },
        (_, i) => `${prefix}:ident_nh:${i},the harbour opens at ${i} in the morning,0,test,sailors,non-hateful`,
      ),
    ].join('\r\n'),
  );

describe('the bench of functional tests', () => {
  const folder = mkdtempSync(join(tmpdir(), 'moderato-bench-audit-'));
  writeFileSync(join(folder, 'hatecheck.csv.gz'), suite('hatecheck'));
  writeFileSync(join(folder, 'hatemoji_check.csv.gz'), suite('hatemojicheck'));
  writeFileSync(join(folder, 'multilingual_hatecheck.csv.gz'), suite('german'));
  after(() => rmSync(folder, { recursive: true }));

  it('has every functionality, group, language and attack, each beside its peer', async () => {
    const made = await bench({ ...OPTIONS, data: folder, tables: ['suites'] });
    const figures = 'text' in made ? made.figures : made;
    const of = (name: string) => figures.find((figure) => figure.name === name);
    assert.equal(of('audit.hatecheck.derog_h')?.value, 1);
    assert.equal(of('audit.hatecheck.ident_nh')?.value, 1);
    assert.equal(of('audit.hatecheck.auroc')?.value, 1);
    assert.equal(of('audit.target.sailors.false_alarms')?.value, 0);
    assert.equal(of('audit.target.sailors.found')?.value, 1);
    assert.equal(of('audit.multilingual_hatecheck.german.auroc')?.peer, 'character n-grams');
    const attacks = figures.filter(({ name }) => name.startsWith('audit.attack.') && !name.endsWith('.both'));
    assert.equal(attacks.length, 5);
    for (const { value, peer_value } of attacks) assert.ok(value === 1 && (peer_value ?? 2) <= 1);
  });

  it('says what it needs', async () => {
    await assert.rejects(bench(OPTIONS), UsageError);
    await assert.rejects(bench({ ...OPTIONS, data: join(folder, 'none') }), /There is no .*hatecheck\.csv\.gz/);
  });
});
