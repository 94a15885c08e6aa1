/**
 * `npm run test:kill -- [--kills N] [--json]`: kills a desk under load N times at random moments, and looks each time
 * whether what it had confirmed is there, the chains are whole, and the workspace opens.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { verifyChain } from '../../desk/review/chain.ts';
import { Workspace } from '../../desk/store/workspace.ts';
import { seededRandom } from '../../engine/train/random.ts';
import type { Confirmed } from './confirmed.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const kills = Number(values.kills);
const random = seededRandom(Number(values.seed));

/** The longest that a desk lives after it has opened, milliseconds. */
const LONGEST_LIFE = 1_500;
const TRAINS_EVERY = 4;
/** A desk that trains is killed at a random share of the training, which takes as long as the machine is busy; beyond 1 soon after its end. */
const FURTHEST = 1.25;
/** Every so many kills one of them hits a workspace of the first schema while it is brought up to this one. */
const MIGRATES_EVERY = 5;
const OLD = new URL('../fixtures/workspaces/0001.moderato', import.meta.url).pathname;

const folder = mkdtempSync(join(tmpdir(), 'moderato-kill-'));
const tally = {
  kills: 0,
  migrations: 0,
  deeds: 0,
  imports: 0,
  trainings: 0,
  copies: 0,
  lost: 0,
  broken: 0,
  notOpened: 0,
};
const problems: string[] = [];

/** What must be there: actions of each reviewer, and whether they are in force; revisions that were trained. */
const actions = new Map<string, boolean>();
const revisions = new Set<number>();

try {
  const exportFile = join(folder, 'export.csv');
  writeFileSync(exportFile, table(6_000));
  const path = join(folder, 'w.moderato');
  for (let n = 1; n <= kills; n++) {
    const migrates = n % MIGRATES_EVERY === 0;
    const target = migrates ? join(folder, `old-${n}.moderato`) : path;
    if (migrates) copyFileSync(OLD, target);
    const confirmed = await lifeOf(target, exportFile, n, migrates);
    const reviews = confirmed.filter(({ kind }) => kind === 'deed' || kind === 'trying');
    const open = reviews.at(-1)?.kind === 'trying';
    tally.kills++;
    if (migrates) tally.migrations++;
    for (const one of confirmed) {
      if (one.kind === 'imported') tally.imports++;
      if (one.kind === 'trained') {
        tally.trainings++;
        revisions.add(one.revision);
      }
      if (one.kind === 'copied') {
        tally.copies++;
        look(one.path, 'the copy');
        rmSync(one.path);
      }
      if (one.kind !== 'deed') continue;
      tally.deeds++;
      if (!migrates) actions.set(`${one.reviewer} ${one.action}`, one.what !== 'undo');
    }
    look(target, `after kill ${n}`, migrates ? new Map() : actions, open);
    process.stderr.write(
      `\r${n} of ${kills} kills, ${tally.deeds} decisions and ${tally.trainings} trainings confirmed `,
    );
    for (const name of readdirSync(folder)) if (name.includes('copy-')) rmSync(join(folder, name), { force: true });
  }
  process.stderr.write('\n');
  const { size } = statSync(path);
  process.stdout.write(values.json ? `${JSON.stringify({ ...tally, bytes: size, problems })}\n` : summary());
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = problems.length === 0 ? 0 : 1;

/** Starts a desk, kills it at a random moment, and gives what it had confirmed. */
async function lifeOf(path: string, exportFile: string, seed: number, early: boolean): Promise<readonly Confirmed[]> {
  const victim = new URL('./victim.ts', import.meta.url).pathname;
  const trains = !early && seed % TRAINS_EVERY === 0;
  const copy = join(folder, 'copy');
  const child = spawn(process.execPath, [victim, path, exportFile, copy, String(seed), trains ? 'trains' : ''], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  const confirmed: Confirmed[] = [];
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const kill = (after: number): void => void setTimeout(() => child.kill('SIGKILL'), after);
  const upTo = random() * FURTHEST;
  // A migration is over soon after the start.
  if (early) kill(200 + random() * 600);
  for await (const line of createInterface({ input: child.stdout })) {
    let one: Confirmed;
    // The last line may be half of one: it was not confirmed.
    try {
      one = JSON.parse(line) as Confirmed;
    } catch {
      break;
    }
    confirmed.push(one);
    if (early) continue;
    if (!trains && one.kind === 'open') kill(random() * LONGEST_LIFE);
    if (trains && (one.kind === 'trained' || (one.kind === 'training' && one.share > upTo))) kill(random() * 500);
  }
  await closed;
  if (child.signalCode !== 'SIGKILL') problems.push(`the desk ended by itself: ${stderr.slice(0, 500)}`);
  return confirmed;
}

/**
 * Opens a workspace and says what is not as it was confirmed.
 * @param open one undo or redo was on its way: one action may be either way
 */
function look(path: string, when: string, wanted: Map<string, boolean> = new Map(), open = false): void {
  let free = open ? 1 : 0;
  try {
    using workspace = Workspace.open(path, { check: 'always' });
    const wrong = workspace.problems();
    if (wrong.length > 0) {
      tally.broken++;
      problems.push(`${when}: ${wrong.join('; ')}`);
    }
    for (const revision of wanted.size > 0 ? revisions : []) {
      if (workspace.revisions.get(revision) !== undefined) continue;
      tally.lost++;
      problems.push(`${when}: revision ${revision}, which was trained, is lost`);
    }
    for (const reviewer of workspace.reviewers.list()) {
      const { broken } = verifyChain(workspace, reviewer);
      if (broken === null) continue;
      tally.broken++;
      problems.push(`${when}: ${reviewer.name}'s chain breaks at ${broken.seq}: ${broken.reason}`);
    }
    for (const [name, inForce] of wanted) {
      const [reviewer = 0, action = 0] = name.split(' ').map(Number);
      const links = workspace.links.action(reviewer, action);
      const stands = links.length > 0 && !workspace.links.isUndone(reviewer, action);
      if (links.length > 0 && (stands === inForce || free-- > 0)) {
        wanted.set(name, stands);
        continue;
      }
      tally.lost++;
      problems.push(
        `${when}: action ${action} of reviewer ${reviewer} is ${links.length === 0 ? 'lost' : 'otherwise'}`,
      );
    }
  } catch (error) {
    tally.notOpened++;
    problems.push(`${when}: it does not open: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function summary(): string {
  const { kills: n, migrations, deeds, imports, trainings, copies, lost, broken, notOpened } = tally;
  return (
    `${n} kills, ${migrations} of them during a migration; ${deeds} decisions, ${imports} imports, ${trainings} trainings and ${copies} copies confirmed.\n` +
    `Lost ${lost}, broken ${broken}, not opened ${notOpened}.\n${problems.slice(0, 20).join('\n')}`
  );
}

/** Messages that are not nearly the same, or a training would have one group of them. */
function table(rows: number): string {
  const lines = ['id,text,author,channel,time'];
  const word = (): string => Math.floor(random() * 36 ** 5).toString(36);
  for (let id = 1; id <= rows; id++)
    lines.push(
      `${id},${Array.from({ length: 6 }, word).join(' ')},Person ${id % 40},channel ${id % 7},2026-03-01T10:00:00Z`,
    );
  return `${lines.join('\n')}\n`;
}
