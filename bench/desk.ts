/**
 * How fast the desk answers while it works: a workspace of a million messages, of which an import brings more and a model
 * reads those that are new, and a moderator asks for pages, searches and decides. Plain and encrypted. The peer of a decision
 * is the disk itself: fdatasync of as much as a decision writes, in the same folder at the same time.
 */
import { closeSync, fdatasyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeEngine } from '../desk/engine/process.ts';
import { Desk } from '../desk/desk.ts';
import { chooseModel } from '../desk/models/choose.ts';
import { places } from '../desk/models/places.ts';
import { ORDERS } from '../desk/queue/order.ts';
import { Supervisor } from '../desk/supervisor.ts';
import { seededRandom, type Random } from '../engine/train/random.ts';
import { type Client, clientOf, p95, timed } from './door.ts';
import { type Bench, type Figure, smaller } from './figure.ts';
import { closeWorked, fill } from './filled.ts';
import { writeCsv } from './import-files.ts';

const MESSAGES = 1_000_000;
/** More messages, that come in while it is measured. */
const MORE = 300_000;
/** Of each kind of question. */
const ASKED = 400;
const PASSPHRASE = 'correct horse battery';

const bench: Bench = async ({ scale, say }) => {
  const folder = mkdtempSync(join(process.env['MODERATO_BENCH_FOLDER'] ?? tmpdir(), 'moderato-desk-'));
  const figures: Figure[] = [];
  try {
    const first = join(folder, 'first.csv');
    const more = join(folder, 'more.csv');
    writeCsv(first, Math.round(MESSAGES * scale), 7);
    writeCsv(more, Math.round(MORE * scale), 8, Math.round(MESSAGES * scale));
    for (const encrypted of [false, true]) {
      const place = join(folder, encrypted ? 'encrypted' : 'plain');
      mkdirSync(place);
      figures.push(...(await measured(place, first, more, encrypted, say)));
      rmSync(place, { recursive: true, force: true });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return figures;
};
export default bench;

async function measured(
  folder: string,
  first: string,
  more: string,
  encrypted: boolean,
  say: (line: string) => void,
): Promise<readonly Figure[]> {
  const name = (what: string): string => `desk.${what}${encrypted ? '.encrypted' : ''}`;
  const path = join(folder, 'w.moderato');
  const secret = encrypted ? { secret: { kind: 'passphrase' as const, passphrase: PASSPHRASE } } : {};
  await using supervisor = new Supervisor(nodeEngine(new URL('../engine/main.ts', import.meta.url)));
  await using desk = new Desk({ places: places(), supervisor });
  const client = clientOf(desk);
  await client.workspace.open({ path, create: 'must', ...secret });
  say(`${encrypted ? 'encrypted' : 'plain'}: importing`);
  const random = seededRandom(3);
  await fill(desk, client, first, random);
  const { id: label } = await client.labels.put({ name: 'bench', severity: 1 });
  const { id: reviewer } = await client.reviewers.add({ name: 'bench' });
  await closeWorked(desk, client);
  const began = performance.now();
  await client.workspace.open({ path, ...secret });
  const opening = performance.now() - began;
  await client.queue.page({});
  const loading = performance.now() - began;
  say(`opened in ${opening.toFixed(0)} ms, first page after ${loading.toFixed(0)} ms`);

  const importing = await client.jobs.start({ kind: 'import', paths: [more] });
  // The model of the queue is none that could read.
  const { adapterFile } = await chooseModel(places(), {});
  const scoring = await client.jobs.start({ kind: 'score', adapter: adapterFile });
  const busy = async (): Promise<boolean> =>
    (await client.jobs.get({ job: importing.id })).state === 'running' &&
    (await client.jobs.get({ job: scoring.id })).state === 'running';
  const facets = await client.queue.facets();
  const messages = facets.channels.reduce((sum, { items }) => sum + items, 0) / 2;
  const pages: number[] = [];
  const searches: number[] = [];
  const decisions: number[] = [];
  const syncs: number[] = [];
  let under = 0;
  for (let n = 0; n < ASKED; n++) {
    if (await busy()) under++;
    const order = ORDERS[n % ORDERS.length] ?? 'urgent';
    pages.push(await timed(() => client.queue.page({ order, filter: twoFilters(facets, random), size: 50 })));
    searches.push(
      await timed(() => client.queue.page({ order: 'newest', filter: { text: wordOf(random) }, size: 50 })),
    );
    const item = 1 + Math.floor(random() * messages);
    const { message } = await client.queue.item({ item });
    decisions.push(
      await timed(() =>
        client.review.decide({ reviewer, seen: [{ item, version: message.version }], labels: [label] }),
      ),
    );
    syncs.push(syncTime(folder));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  say(`${under} of ${ASKED} rounds while both jobs ran`);
  if (under < ASKED / 2) throw new Error(`Only ${under} of ${ASKED} rounds were measured under load.`);
  await client.jobs.cancel({ job: importing.id }).catch(() => {});
  await client.jobs.cancel({ job: scoring.id }).catch(() => {});
  const sync = p95(syncs);
  return [
    smaller(name('open'), opening, 'ms'),
    smaller(name('first_page'), loading, 'ms'),
    smaller(name('page'), p95(pages), 'ms, p95'),
    smaller(name('search'), p95(searches), 'ms, p95'),
    smaller(name('decision'), p95(decisions), 'ms, p95', { name: 'fdatasync', value: sync }),
  ];
}

/** Any two conditions, drawn at random. */
function twoFilters(facets: Awaited<ReturnType<Client['queue']['facets']>>, random: Random) {
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const channel = pick(facets.channels);
  const language = pick(facets.languages);
  const all = [
    { channels: channel ? [channel.id] : [] },
    { authors: [1 + Math.floor(random() * 5_000)] },
    { from: 1_600_000_000_000 + Math.floor(random() * 1e10) },
    { minScore: random() },
    { languages: language ? [language.language] : [] },
    { statuses: ['open' as const, 'skipped' as const] },
    { predicted: ['abusive'] },
    { sources: [1] },
  ];
  const one = Math.floor(random() * all.length);
  const other = (one + 1 + Math.floor(random() * (all.length - 1))) % all.length;
  return { ...all[one], ...all[other] };
}

/** A word that is in many messages, or in few. */
const wordOf = (random: Random): string =>
  ['the', 'people', 'because', 'bare', 'timon lerba', 'kino', 'where are', 'vel'][Math.floor(random() * 8)] ?? 'the';

/** Milliseconds that the disk takes for what a decision writes. */
function syncTime(folder: string): number {
  const file = openSync(join(folder, 'sync'), 'a');
  try {
    writeSync(file, Buffer.alloc(32 << 10));
    const began = performance.now();
    fdatasyncSync(file);
    return performance.now() - began;
  } finally {
    closeSync(file);
  }
}
