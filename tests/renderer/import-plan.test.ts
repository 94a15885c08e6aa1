import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Columns, Preview } from '../../desk/contract/imports.ts';
import type { Job } from '../../desk/contract/jobs.ts';
import { localeFrom } from '../../renderer/i18n/locale.ts';
import { doingOf, paceOf } from '../../renderer/jobs/pace.ts';
import './runes.ts';

const { ImportPlan } = await import('../../renderer/views/import/plan.svelte.ts');

type Asked = { readonly paths: readonly string[]; readonly columns?: Columns };

/** A desk that finds a table at every path, and answers when it is told to. */
function desk(mapping: Columns | null = { text: 'said', author: 'who' }) {
  const asked: Asked[] = [];
  const answers: (() => void)[] = [];
  const preview = async (input: Asked): Promise<Preview> => {
    asked.push(input);
    await new Promise<void>((resolve) => answers.push(resolve));
    const source = {
      ...{ path: input.paths[0] ?? '', member: '', format: 'csv', reason: '', ask: null, notes: [], size: 1 },
      columns: ['said', 'who', 'when'].map((name) => ({ name, samples: [] })),
      ...{ mapping: input.columns ?? mapping, rows: [], rejected: [], problem: null },
    };
    return { sources: [source], skipped: [], failed: [], more: false };
  };
  const answer = async (): Promise<void> => {
    for (const resolve of answers.splice(0)) resolve();
    await new Promise(setImmediate);
  };
  return { asked, answer, desk: { imports: { preview } } };
}

describe('the plan of an import', () => {
  it('can be started once the desk has said what lies there, and with what it said', async () => {
    const k = desk();
    const plan = new ImportPlan(k.desk);
    void plan.add(['/a.csv', ' ', '/a.csv ']);
    assert.deepEqual([plan.ready, plan.busy], [false, true]);
    await k.answer();
    assert.ok(plan.ready);
    assert.deepEqual(plan.start(), { kind: 'import', paths: ['/a.csv'] });
    void plan.remove('/a.csv');
    assert.deepEqual([plan.ready, plan.preview, k.asked.length], [false, null, 1]);
  });

  it('gives a role to one column alone, and asks for a text where none is left', async () => {
    const k = desk();
    const plan = new ImportPlan(k.desk);
    void plan.add(['/a.csv']);
    await k.answer();
    void plan.assign('when', 'author');
    await k.answer();
    assert.deepEqual(k.asked.at(-1)?.columns, { text: 'said', author: 'when' });
    void plan.assign('said', '');
    assert.deepEqual([plan.needsText, plan.ready, k.asked.length], [true, false, 2]);
    void plan.assign('who', 'text');
    await k.answer();
    assert.deepEqual(plan.start(), { kind: 'import', paths: ['/a.csv'], columns: { author: 'when', text: 'who' } });
    assert.ok(plan.ready);
  });

  it('does not start a table without a text', async () => {
    const k = desk(null);
    const plan = new ImportPlan(k.desk);
    void plan.add(['/a.csv']);
    await k.answer();
    assert.deepEqual([plan.needsText, plan.ready], [true, false]);
  });

  it('hears the answer to its last question alone', async () => {
    const k = desk();
    const plan = new ImportPlan(k.desk);
    void plan.add(['/a.csv']);
    void plan.add(['/b.csv']);
    await k.answer();
    assert.deepEqual(k.asked.at(-1)?.paths, ['/a.csv', '/b.csv']);
    assert.ok(plan.ready && !plan.busy);
    void plan.look();
    plan.clear();
    await k.answer();
    assert.deepEqual([plan.preview, plan.ready], [null, false]);
  });
});

describe('how far a job is', () => {
  const job = (more: Partial<Job>): Job => ({
    ...{ id: 1, kind: 'import', state: 'running', doing: 'Importing', done: 2e6, total: 8e6, unit: 'bytes' },
    ...{ rate: 1e6, secondsLeft: 6, training: null, report: null, problem: null, createdAt: 0, updatedAt: 0 },
    ...more,
  });

  it('is said as far as it is known', () => {
    assert.equal(paceOf(job({})), '2 MB of 8 MB · 1 MB/s · 6 seconds left');
    assert.equal(paceOf(job({ unit: 'texts', done: 12, total: 40, rate: 1.26 })), '12 of 40 · 1.3/s · 6 seconds left');
    assert.equal(paceOf(job({ state: 'paused' })), '2 MB of 8 MB');
    assert.equal(paceOf(job({ total: null, done: 0, rate: 0, secondsLeft: null })), '');
  });

  it('is said in every language for all that the desk does', () => {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    const said = globSync('desk/**/*.ts', { cwd: root }).flatMap((file) =>
      [...readFileSync(`${root}${file}`, 'utf8').matchAll(/(?:doing: |(?:say|told|next)\()'([A-Z][^']+)'/g)].map(
        ([, it = '']) => it,
      ),
    );
    assert.ok(new Set(said).size >= 12, said.join());
    try {
      localeFrom(() => 'de');
      for (const doing of said) assert.notEqual(doingOf(job({ doing })), doing);
    } finally {
      localeFrom(() => 'en');
    }
  });

  it('names what is done, and what the desk calls otherwise as the desk does', () => {
    assert.equal(doingOf(job({})), 'Importing');
    assert.equal(doingOf(job({ doing: 'Training to compare, 2 of 5' })), 'Training to compare, 2/5');
    assert.equal(doingOf(job({ doing: 'Counting sheep' })), 'Counting sheep');
    assert.equal(doingOf(job({ state: 'waiting' })), 'Waits for its turn');
  });
});
