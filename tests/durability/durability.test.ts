import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { verifyChain } from '../../desk/review/chain.ts';
import { Workspace } from '../../desk/store/workspace.ts';
import { seededRandom } from '../../engine/train/random.ts';
import { Knocking, rows } from '../desk/door/fixtures.ts';
import { Folder } from '../desk/store/fixtures.ts';
import { type FileEvent, afterPowerCut, traced } from './trace.ts';

const VICTIM = new URL('./victim.ts', import.meta.url).pathname;
const WEAKEN = new URL('./weaken.ts', import.meta.url).pathname;
const CUTS = 200;

interface Traced extends Disposable {
  readonly start: ReadonlyMap<string, Buffer>;
  readonly events: readonly FileEvent[];
}

/** A desk's writes while it decides and, where wanted, imports. */
async function run({
  decisions,
  imports,
  weak = false,
}: {
  decisions: number;
  imports: boolean;
  weak?: boolean;
}): Promise<Traced> {
  const folder = new Folder();
  const place = folder.file('place');
  mkdirSync(place);
  {
    await using k = await Knocking.withMessages(12);
    await k.client.workspace.close();
    cpSync(k.path, `${place}/w.moderato`);
  }
  const start = filesOf(place);
  writeFileSync(folder.file('more.csv'), rows(1_000, 12_000));
  const node = [process.execPath, ...(weak ? ['--import', WEAKEN] : []), VICTIM];
  const words = [`${place}/w.moderato`, imports ? folder.file('more.csv') : '', String(decisions)];
  const events = await traced([...node, ...words], place, folder.file('trace'));
  return { start, events, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

const filesOf = (place: string): ReadonlyMap<string, Buffer> =>
  new Map(readdirSync(place).map((name) => [name, readFileSync(`${place}/${name}`)]));

/** Decisions that were confirmed and are gone, over many cuts at random points. */
function lostAfterCuts({ start, events }: Traced, cuts: number): { readonly lost: number; readonly confirmed: number } {
  const random = seededRandom(11);
  using folder = new Folder();
  let lost = 0;
  let confirmed = 0;
  for (let n = 0; n < cuts; n++) {
    const cut = Math.floor(random() * (events.length + 1));
    const place = folder.file(`cut-${n}`);
    mkdirSync(place);
    for (const [name, bytes] of afterPowerCut(start, events, cut, random))
      if (name === 'w.moderato' || name === 'w.moderato-wal') writeFileSync(`${place}/${name}`, bytes);
    using workspace = Workspace.open(`${place}/w.moderato`, { check: 'always' });
    assert.deepEqual(workspace.problems(), [], `a cut behind event ${cut}`);
    for (const reviewer of workspace.reviewers.list()) assert.equal(verifyChain(workspace, reviewer).broken, null);
    for (const event of events.slice(0, cut)) {
      if (event.kind !== 'said') continue;
      const [reviewer = 0, action = 0] = event.line.split(' ').map(Number);
      confirmed++;
      if (workspace.links.action(reviewer, action).length === 0) lost++;
    }
    workspace.close();
    rmSync(place, { recursive: true });
  }
  return { lost, confirmed };
}

describe('a confirmed decision', () => {
  it('is on the disk before the desk says so', async () => {
    using trace = await run({ decisions: 30, imports: false });
    const { events } = trace;
    let said = 0;
    events.forEach((event, at) => {
      if (event.kind !== 'said') return;
      said++;
      const before = events.slice(0, at);
      const written = before.findLastIndex((one) => one.kind === 'write' && one.file.endsWith('-wal'));
      const synced = before.findLast((one) => one.kind === 'synced' && one.file.endsWith('-wal'));
      assert.ok(written >= 0 && synced?.kind === 'synced' && synced.from > written, `decision ${said} was not synced`);
    });
    assert.equal(said, 30);
  });

  it(`outlives a power cut at any of ${CUTS} moments, while an import writes too`, async () => {
    using trace = await run({ decisions: 60, imports: true });
    const { lost, confirmed } = lostAfterCuts(trace, CUTS);
    assert.ok(confirmed > CUTS * 5, `only ${confirmed} were looked at`);
    assert.equal(lost, 0);
  });

  it('would not, if a commit did not wait for the disk', async () => {
    using trace = await run({ decisions: 60, imports: true, weak: true });
    assert.ok(lostAfterCuts(trace, CUTS / 4).lost > 0);
  });
});
