/**
 * How fast the window answers over a workspace of a million messages: what a moderator waits for between two messages, while
 * they scroll, while a model reads, and when the program starts; what the window weighs, and what the whole program holds. All
 * but start and memory are measured in headless Chromium, which `moderato serve` shows the window in.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Desk } from '../desk/desk.ts';
import { nodeEngine } from '../desk/engine/process.ts';
import { chooseModel } from '../desk/models/choose.ts';
import { places } from '../desk/models/places.ts';
import { Supervisor } from '../desk/supervisor.ts';
import { newRevisionOf } from '../desk/triage/scoring.ts';
import { type Random, seededRandom } from '../engine/train/random.ts';
import { Shown } from '../tests/e2e/browser.ts';
import { builtWindow } from '../tests/e2e/window.ts';
import { clientOf, p95 } from './door.ts';
import { type Bench, type Figure, faster, smaller } from './figure.ts';
import { closeWorked, fill } from './filled.ts';
import { writeCsv } from './import-files.ts';
import { median } from './timing.ts';
import { bundleKilobytes } from './window/bundle.ts';
import { desktop, hasDesktop } from './window/desktop.ts';
import { busyCore } from './window/processes.ts';
import { decide, KEY, watchPresses } from './window/review.ts';
import { readAlone, readBeside } from './window/scoring.ts';
import { scroll } from './window/scroll.ts';

const MESSAGES = 1_000_000;
/** More messages, that a model reads while somebody reviews: about a minute on two cores. */
const READ = 10_000;
const DECISIONS = 240;
const SCROLLED_SECONDS = 10;

const bench: Bench = async ({ scale, say }) => {
  const folder = mkdtempSync(join(process.env['MODERATO_BENCH_FOLDER'] ?? tmpdir(), 'moderato-window-bench-'));
  try {
    const workspace = join(folder, 'w.moderato');
    const more = join(folder, 'more.csv');
    const messages = Math.round(MESSAGES * scale);
    say(`making a workspace of ${messages.toLocaleString('en-US')} messages`);
    await makeWorkspace(workspace, join(folder, 'first.csv'), messages);
    writeCsv(more, Math.max(500, Math.round(READ * scale)), 8, messages);
    const random = seededRandom(5);
    return [
      ...(await started(workspace, random, say)),
      ...(await shown(workspace, more, Math.max(20, Math.round(DECISIONS * scale)), random, say)),
      ...weighed(await builtWindow()),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
export default bench;

/** As the model left it that comes with the program, so that it can say why; what it says is drawn at random. */
async function makeWorkspace(path: string, table: string, messages: number): Promise<void> {
  writeCsv(table, messages, 7);
  await using supervisor = new Supervisor(nodeEngine(new URL('../engine/main.ts', import.meta.url)));
  await using desk = new Desk({ places: places(), supervisor });
  const client = clientOf(desk);
  await client.workspace.open({ path, create: 'must' });
  await fill(desk, client, table, seededRandom(3), newRevisionOf(await chooseModel(places(), {})));
  await client.labels.put({ name: 'bench', severity: 1, key: KEY });
  await closeWorked(desk, client);
}

/** Start and memory. */
async function started(workspace: string, random: Random, say: (line: string) => void): Promise<readonly Figure[]> {
  if (!hasDesktop()) {
    say('There is no Electron to start (bash tests/e2e/fetch-runtime.sh): no figures of start and memory.');
    return [];
  }
  const { starts, megabytes } = await desktop(workspace, random);
  say(`starts: ${starts.map((ms) => ms.toFixed(0)).join(', ')} ms`);
  return [
    smaller('window.start', median(starts), 'ms, Electron 22, desk and engine relayed to Node 24'),
    ...(megabytes === null ? [] : [smaller('window.memory', megabytes, 'MB, all processes, Electron 22')]),
  ];
}

/** What somebody meets who works in it. */
async function shown(
  workspace: string,
  more: string,
  decisions: number,
  random: Random,
  say: (line: string) => void,
): Promise<readonly Figure[]> {
  await using window = new Shown();
  await window.start(workspace);
  const page = await window.page();
  await page.locator('article').waitFor();
  await watchPresses(page);
  const next = async (name: string): Promise<Figure> => {
    const took = await decide(page, decisions, random);
    say(
      `${name}: median ${median(took).toFixed(1)} ms, p95 ${p95(took).toFixed(1)} ms, most ${Math.max(...took).toFixed(1)} ms`,
    );
    return smaller(name, p95(took), 'ms, p95');
  };
  const figures: Figure[] = [];
  // As it is at first: why a message has its score is worked out for whoever stays with it.
  await page.getByText('Asking the model without each word').waitFor({ state: 'detached' });
  figures.push(await next('window.next.why'));
  await page.keyboard.press('w');
  figures.push(await next('window.next'));
  {
    using _busy = busyCore();
    figures.push(await next('window.next.busy'));
  }
  const { framesPerSecond, dropped, missing } = await scroll(page, SCROLLED_SECONDS);
  figures.push(
    faster('window.scroll', framesPerSecond, 'frames/s, median of seconds'),
    smaller('window.scroll.dropped', dropped, 'share of frames'),
    smaller('window.scroll.missing', missing, 'share of rows'),
  );
  const alone = await readAlone(more, window);
  const beside = await readBeside(more, window, page);
  say(
    `reads ${alone.perSecond.toFixed(1)} messages/s alone, ${beside.perSecond.toFixed(1)} beside somebody who reviews`,
  );
  if (alone.threads !== beside.threads) throw new Error(`${alone.threads} threads are not ${beside.threads}.`);
  const peer = { name: `command line, ${alone.threads} threads`, value: alone.perSecond };
  figures.push(faster('window.scoring', beside.perSecond, 'messages/s', peer));
  if (window.complaints.length > 0) throw new Error(window.complaints.join('\n'));
  return figures;
}

function weighed(folder: string): readonly Figure[] {
  const { first, all } = bundleKilobytes(folder);
  return [smaller('window.bundle', first, 'kB gzip'), smaller('window.bundle.all', all, 'kB gzip')];
}
