import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { after, describe, it } from 'node:test';
import { createRouterClient } from '@orpc/server';
import { decodeAdapter, encodeAdapter } from '../../../engine/adapter/file.ts';
import { seededRandom } from '../../../engine/train/random.ts';
import { nodeEngine } from '../../../desk/engine/process.ts';
import { Desk } from '../../../desk/desk.ts';
import { router } from '../../../desk/door/router.ts';
import { places } from '../../../desk/models/places.ts';
import { Supervisor } from '../../../desk/supervisor.ts';
import type { ScoreReport } from '../../../desk/triage/score-job.ts';
import { ASIDE } from '../../../desk/store/audit-items.ts';
import { AuditDraw } from '../../../desk/triage/audit-draw.ts';
import { Bench } from '../../cli/moderato.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());

const MESSAGES = 4_000;
/** Copies of the first message, in another case. */
const COPIES = 20;
/** Of what is flagged. */
const SHARE = 0.05;

/** Sentences of a few words each, so that words alone tell much of a score; the last ones are copies of the first. */
function table(): string {
  const random = seededRandom(4);
  const words = ['river', 'stone', 'green', 'table', 'music', 'winter', 'yellow', 'garden', 'window', 'paper'];
  const verbs = ['opens', 'carries', 'follows', 'breaks', 'paints', 'leaves', 'finds', 'hides'];
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? '';
  const texts = new Set<string>();
  while (texts.size < MESSAGES - COPIES)
    texts.add(`the ${pick(words)} ${pick(words)} ${pick(verbs)} a ${pick(words)} near the ${pick(words)} today`);
  const [first = ''] = texts;
  const all = [...texts, ...Array.from({ length: COPIES }, () => first.toUpperCase())];
  return `id,text\n${all.map((text, i) => `${i + 1},${text}`).join('\n')}\n`;
}

class Reading implements AsyncDisposable {
  readonly supervisor = new Supervisor(nodeEngine(new URL('../../../engine/main.ts', import.meta.url)));
  readonly desk = new Desk({
    places: { ...places(), calibrationFile: bench.path('calibration.json') },
    supervisor: this.supervisor,
  });
  readonly client = createRouterClient(router, { context: { desk: this.desk } });

  static async of(name: string, file: string): Promise<Reading> {
    const reading = new Reading();
    await reading.client.workspace.open({ path: bench.path(name), create: 'must' });
    await reading.ended((await reading.client.jobs.start({ kind: 'import', paths: [file] })).id);
    return reading;
  }

  async ended(job: number) {
    for (;;) {
      const found = await this.client.jobs.get({ job });
      if (found.state === 'done' || found.state === 'failed' || found.state === 'cancelled') return found;
      await wait(10);
    }
  }

  async score(adapter: string, more: { readonly recall?: 0.95 | 'all'; readonly forecast?: boolean } = {}) {
    const start = { kind: 'score', adapter, model: bench.model, deterministic: true, ...more } as const;
    const job = await this.ended((await this.client.jobs.start(start)).id);
    assert.equal(job.state, 'done', job.problem?.message);
    return job.report as unknown as ScoreReport;
  }

  async state() {
    const state = await this.client.workspace.state();
    assert.ok(state.open);
    return state;
  }

  /** Scores of all messages that have one, by the platform's id. */
  async scores(): Promise<ReadonlyMap<string, number>> {
    const scores = new Map<string, number>();
    let next: { readonly keys: [number, number]; readonly item: number } | null = null;
    do {
      const page = await this.client.queue.page({ size: 500, blind: false, after: next });
      for (const { message, model } of page.entries) scores.set(message.messageId ?? '', model?.score ?? NaN);
      ({ next } = page);
    } while (next !== null);
    return scores;
  }

  /** Everything that is drawn for the audit, and what would be with some chance. */
  sample() {
    const { workspace } = this.desk.opened;
    const draw = new AuditDraw(workspace.settings.workspaceKey(workspace.path));
    const ids = Array.from({ length: MESSAGES }, (_, i) => i + 1);
    return {
      items: workspace.auditItems.all(),
      drawnWith: (chance: number) => ids.filter((id) => draw.has(id, chance)),
      isRead: (id: number) =>
        (workspace.scores.get(this.desk.opened.queue.model?.revision.id ?? 0, id)?.score ?? null) !== null,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.desk[Symbol.asyncDispose]();
    await this.supervisor[Symbol.asyncDispose]();
  }
}

describe('scoring up to a recall target', () => {
  const file = bench.file('table.csv', table());
  /** The tiny adapter, with the threshold where a share of the messages is flagged. */
  const adapter = bench.path('shifted.adapter.gguf');
  let truth: ReadonlyMap<string, number>;
  let flagged: readonly string[];

  it('is told what everything would say', async () => {
    await using all = await Reading.of('all.moderato', file);
    const report = await all.score(bench.adapter);
    assert.equal(report.scored, MESSAGES);
    assert.equal((await all.state()).guarantee, null);
    truth = await all.scores();
    const threshold = [...truth.values()].sort((a, b) => b - a)[Math.round(SHARE * MESSAGES)] ?? 1;
    flagged = [...truth].filter(([, score]) => score >= threshold).map(([id]) => id);
    const tiny = decodeAdapter(readFileSync(bench.adapter), { source: 'tiny' });
    writeFileSync(adapter, encodeAdapter({ ...tiny, name: 'shifted', thresholds: [1 - threshold, threshold] }));
  });

  it('finds the target, sets the rest aside where it can be found, and reads that later', async () => {
    await using some = await Reading.of('some.moderato', file);
    const { client } = some;
    await client.settings.set({ auditEvery: 0 });
    const report = await some.score(adapter, { recall: 0.95 });
    assert.equal(report.scored, (await some.state()).counts.scored, 'what was set aside was not scored');
    assert.equal(report.read, report.scored - COPIES, 'copies are not read');
    assert.ok(report.forecast !== null && report.forecast.texts === MESSAGES - COPIES);
    const { counts, guarantee } = await some.state();
    const aside = counts.notRead['set-aside'] ?? 0;
    assert.ok(aside > 300, `${aside} set aside`);
    assert.equal(counts.scored + aside, MESSAGES);
    assert.equal(counts.waiting, 0);
    const scores = await some.scores();
    assert.equal(scores.size, counts.scored, 'what was set aside is in no order of scores');
    for (const [id, score] of scores)
      if (Number(id) <= MESSAGES - COPIES) assert.ok(Math.abs(score - (truth.get(id) ?? NaN)) < 1e-5, id);
    const found = flagged.filter((id) => scores.has(id));
    // A guarantee of 95% is missed by little in one run of twenty; a broken one, by much in most.
    assert.ok(found.length >= 0.9 * flagged.length, `${found.length} of ${flagged.length}`);
    const copies = Array.from({ length: COPIES }, (_, i) => scores.get(String(MESSAGES - i)));
    assert.ok(
      copies.every((score) => score === scores.get('1')),
      'copies share one score',
    );
    assert.equal(guarantee?.target, 0.95);
    assert.equal(guarantee.setAside, aside);
    assert.match(guarantee.sentences[0] ?? '', /^At least 95% of what the model would flag .*\(95% confidence\)/);
    assert.match(guarantee.sentences[1] ?? '', /not known yet/);
    const unread = await client.queue.page({ order: 'not-read', filter: { notRead: ['set-aside'] } });
    assert.equal(unread.total, aside);
    assert.ok(unread.entries.every(({ model, notRead }) => model === null && notRead === 'set-aside'));

    assert.equal((await some.score(adapter, { recall: 0.95 })).scored, 0, 'what was reached is not reached again');
    const rest = await some.score(adapter, { recall: 'all' });
    assert.equal(rest.scored, aside);
    const after = await some.state();
    assert.deepEqual([after.counts.scored, after.counts.notRead, after.guarantee], [MESSAGES, {}, null]);
  });

  it('draws the audit sample of what was set aside as well, and has the model read that', async () => {
    await using some = await Reading.of('drawn.moderato', file);
    await some.score(adapter, { recall: 0.95 });
    const { counts } = await some.state();
    const { items, drawnWith, isRead } = some.sample();
    const aside = items.filter(({ stratum }) => stratum === ASIDE);
    assert.ok(aside.length > 10, `${aside.length} of ${counts.notRead['set-aside'] ?? 0} that were set aside`);
    // So few are set aside that all of them have the chance of what is read.
    assert.deepEqual(
      items.map(({ item }) => item),
      drawnWith(1 / 15),
    );
    assert.ok(items.every(({ item, probability }) => isRead(item) && probability === 1 / 15));
    assert.equal(counts.scored + (counts.notRead['set-aside'] ?? 0), MESSAGES);

    await some.score(adapter, { recall: 'all' });
    const then = some.sample();
    assert.deepEqual(
      then.items.map(({ item }) => item),
      drawnWith(1 / 15),
      'nothing is drawn twice',
    );
    assert.ok(
      then.items.every(({ stratum }) => stratum !== ASIDE),
      'nothing is set aside any more',
    );
  });

  it('draws the audit sample of all messages, in however many runs they were read', async () => {
    await using stopped = await Reading.of('halves.moderato', file);
    const { client } = stopped;
    const start = { kind: 'score', adapter, model: bench.model, deterministic: true } as const;
    const { id } = await client.jobs.start(start);
    while ((await stopped.state()).counts.scored < 700) await wait(2);
    await client.jobs.cancel({ job: id });
    const before = stopped.sample();
    assert.ok((await stopped.state()).counts.waiting > 0 && before.items.length > 20);
    assert.deepEqual(
      before.items.map(({ item }) => item),
      before.drawnWith(1 / 15).filter(before.isRead),
      'those that were read by then',
    );
    await stopped.score(adapter);
    assert.deepEqual(
      stopped.sample().items.map(({ item }) => item),
      before.drawnWith(1 / 15),
    );
  });

  it('says what each target would cost from a sample alone', async () => {
    await using sample = await Reading.of('sample.moderato', file);
    const { forecast } = await sample.score(adapter, { forecast: true });
    const { counts, guarantee } = await sample.state();
    assert.ok(counts.scored > 0 && counts.scored < MESSAGES / 4, `${counts.scored}`);
    assert.equal(counts.waiting, MESSAGES - counts.scored);
    assert.equal(guarantee, null);
    assert.deepEqual(
      forecast?.targets.map(({ target }) => target),
      [0.95, 0.99, 0.999],
    );
  });

  it('goes on where it was stopped', async () => {
    await using stopped = await Reading.of('stopped.moderato', file);
    const { client } = stopped;
    const start = { kind: 'score', adapter, model: bench.model, deterministic: true, recall: 0.95 } as const;
    const { id } = await client.jobs.start(start);
    while ((await stopped.state()).counts.scored < 700) await wait(2);
    await client.jobs.pause({ job: id });
    assert.equal((await stopped.state()).guarantee, null, 'nothing is said before it is reached');
    await client.jobs.resume({ job: id });
    assert.equal((await stopped.ended(id)).state, 'done');
    const scores = await stopped.scores();
    assert.ok(flagged.filter((one) => scores.has(one)).length >= 0.9 * flagged.length);
    assert.equal((await stopped.state()).counts.waiting, 0);
  });
});
