import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { DeskError } from '../../../desk/errors.ts';
import { openExport } from '../../../desk/importers/registry.ts';
import { annotate, decide, reopen, undo } from '../../../desk/review/deeds.ts';
import { type Body, seal } from '../../../desk/review/link.ts';
import { type Entry, type Footer, type Header, readSigned, signedBytes } from '../../../desk/review/signed-file.ts';
import type { Reviewer } from '../../../desk/store/reviewers.ts';
import { Folder } from '../store/fixtures.ts';
import { NOW, as } from './fixtures.ts';
import { Place, quiet } from './several.ts';

interface Made extends Disposable {
  readonly place: Place;
  readonly ada: Reviewer;
  readonly path: string;
}

async function made(): Promise<Made> {
  const folder = new Folder();
  const place = await Place.of(folder, 'there');
  const { store } = place;
  const ada = store.reviewers.add('Ada Lovelace', NOW);
  const rude = place.label('rude', 2);
  decide(store, ada, place.seen(1, 2), { ...as(rude), note: 'a note' }, NOW);
  undo(store, ada, NOW);
  decide(store, ada, place.seen(3), as(rude), NOW);
  annotate(store, ada, place.seen(3)[0] ?? { item: 0, version: 0 }, 'another', NOW);
  reopen(store, ada, place.seen(3), { reason: 'mistake', note: null }, NOW);
  return {
    place,
    ada,
    path: await place.signed(ada, 'signed'),
    [Symbol.dispose]: () => {
      store.close();
      folder[Symbol.dispose]();
    },
  };
}

const refusedWith = (path: string, what: RegExp) =>
  assert.rejects(readSigned(path, NOW, quiet), (error: unknown) => {
    assert.ok(error instanceof DeskError, String(error));
    assert.equal(error.kind, 'bad-input');
    assert.match(error.message, what);
    assert.ok(error.message.includes(path));
    return true;
  });

interface Parts {
  header: Header;
  entries: Entry[];
  footer: Footer;
}

/** Writes a file as somebody would who has the key: all of it changed, and signed anew. */
function resigned({ place, ada, path }: Made, change: (parts: Parts) => void): string {
  const lines = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  const parts = {
    header: lines[0] as Header,
    entries: lines.slice(1, -1) as Entry[],
    footer: lines.at(-1) as Footer,
  };
  change(parts);
  const text = [parts.header, ...parts.entries].map((line) => `${JSON.stringify(line)}\n`).join('');
  const sum = createHash('sha256').update(text).digest('hex');
  const signature = place.store.reviewers.sign(ada.id, signedBytes(sum))?.toString('hex') ?? '';
  const out = `${path}.resigned`;
  writeFileSync(out, `${text}${JSON.stringify({ ...parts.footer, signature })}\n`);
  return out;
}

/** Makes all links from a place on anew, so that every hash fits. */
function relinked(parts: Parts, from: number, change: (body: Body) => unknown): void {
  let prev: string | null = parts.entries[from - 2]?.hash ?? null;
  parts.entries = parts.entries.map((entry, i) => {
    if (i < from - 1) return entry;
    const body = { ...(JSON.parse(entry.body) as Body), prev };
    const { body: json, hash } = seal((i === from - 1 ? change(body) : body) as Body);
    prev = hash.toString('hex');
    return { ...entry, body: json, hash: prev };
  });
  parts.footer = { ...parts.footer, head: prev ?? '' };
}

describe('a signed file', () => {
  it('says all that its reviewer did, names nobody, and holds no text', async () => {
    using file = await made();
    const { ada, path } = file;
    const chain = await readSigned(path, NOW, quiet);
    assert.equal(chain.links.length, 6);
    assert.deepEqual(
      [...chain.actions],
      [
        [1, 3],
        [4, 0],
        [5, 0],
        [6, 0],
      ],
    );
    const text = readFileSync(path, 'utf8');
    assert.ok(!text.includes('Ada') && !text.includes('message number') && text.includes(ada.pseudonym));
  });

  it('is not taken for an export of messages, each link for one', async () => {
    using file = await made();
    await assert.rejects(openExport(file.path).next(), /moderato merge/);
  });

  it('is refused when any one byte of it is another', async () => {
    using file = await made();
    const good = readFileSync(file.path);
    const bad = `${file.path}.bad`;
    const lines = good.toString().split('\n');
    let start = 0;
    for (const [i, line] of lines.entries()) {
      // Some places of every line: inside keys, numbers, texts and signs between them.
      for (let at = start + (i % 7); at < start + line.length; at += 31) {
        const changed = Buffer.from(good);
        changed[at] = (changed[at] ?? 0) ^ 1;
        writeFileSync(bad, changed);
        await refusedWith(bad, /line \d+|no file of signed|too early/);
      }
      start += line.length + 1;
    }
  });

  it('is refused when lines are missing, doubled, swapped or added, and says where', async () => {
    using file = await made();
    const lines = readFileSync(file.path, 'utf8').trimEnd().split('\n');
    const bad = `${file.path}.bad`;
    const tries: readonly [RegExp, string[]][] = [
      [/line 4: .*follow/, lines.toSpliced(3, 1)],
      [/line 5: .*follow/, lines.toSpliced(3, 0, lines[3] ?? '')],
      [/line 3: .*follow/, [lines[0] ?? '', lines[1] ?? '', lines[3] ?? '', lines[2] ?? '', ...lines.slice(4)]],
      [/line 7: links before it are missing/, lines.toSpliced(6, 1)],
      [/too early/, lines.slice(0, -1)],
      [/no file of signed/, []],
      [/no file of signed/, ['{"a":1}']],
      [/line 9: .*behind/, [...lines, lines[1] ?? '']],
      [/line 2: it is no link/, lines.toSpliced(1, 0, 'no JSON')],
    ];
    for (const [what, some] of tries) {
      writeFileSync(bad, some.map((line) => `${line}\n`).join(''));
      if (some.length === 0) await refusedWith(bad, /too early/);
      else await refusedWith(bad, what);
    }
    writeFileSync(bad, lines.join('\r\n'));
    assert.equal((await readSigned(bad, NOW, quiet)).links.length, 6, 'a mail program may end lines otherwise');
  });

  it('that somebody signed who has the key is still refused where a link cannot be', async () => {
    using file = await made();
    const tries: readonly [RegExp, (parts: Parts) => void][] = [
      [/line 1: .*pseudonym/, (parts) => (parts.header = { ...parts.header, pseudonym: 'reviewer-somebody' })],
      [/line 2: .*note/, ({ entries }) => (entries[0] = { ...(entries[0] as Entry), note: 'another note' })],
      [/line 2: .*form/, (parts) => relinked(parts, 1, (body) => ({ ...body, more: 1 }))],
      [/line 5: .*a year ahead/, (parts) => relinked(parts, 4, (body) => ({ ...body, clock: NOW + 400 * 86_400_000 }))],
      [/line 5: .*goes back/, (parts) => relinked(parts, 4, (body) => ({ ...body, clock: NOW - 1 }))],
      [/line 5: .*goes back/, (parts) => relinked(parts, 4, (body) => ({ ...body, action: 1 }))],
      [
        /line 4: .*nothing to undo/,
        (parts) => relinked(parts, 3, (body) => ({ ...body, deed: { kind: 'undo', of: 2 } })),
      ],
      [
        /line 4: .*nothing to redo/,
        (parts) => relinked(parts, 3, (body) => ({ ...body, deed: { kind: 'redo', of: 1 } })),
      ],
      [/line 5: .*belongs elsewhere/, (parts) => relinked(parts, 4, (body) => ({ ...body, reviewer: 'a'.repeat(64) }))],
      [
        /line 5: .*white space/,
        (parts) => relinked(parts, 4, (body) => ({ ...body, deed: { ...body.deed, labels: [' rude'] } })),
      ],
      [
        /line 5: .*a label has \| in its name/,
        (parts) => relinked(parts, 4, (body) => ({ ...body, deed: { ...body.deed, labels: ['rude|worse'] } })),
      ],
      [
        /line 5: .*a reason has \| in it/,
        (parts) => relinked(parts, 4, (body) => ({ ...body, deed: { ...body.deed, reasons: ['a|b'] } })),
      ],
      [
        /line 1: .*a label has \| in its name/,
        ({ header }) => void header.labels.push({ name: 'rude|worse', severity: 1 }),
      ],
      [
        /line 5: .*form/,
        (parts) => relinked(parts, 4, (body) => ({ ...body, deed: { ...body.deed, labels: ['x'.repeat(9000)] } })),
      ],
      [/line 5: .*form/, (parts) => relinked(parts, 4, (body) => ({ ...body, time: 9e15 }))],
    ];
    for (const [what, change] of tries) await refusedWith(resigned(file, change), what);
    assert.ok(
      await readSigned(
        resigned(file, () => undefined),
        NOW,
        quiet,
      ),
      'changed in nothing, it is taken',
    );
  });

  it('of somebody else under this name is refused', async () => {
    using file = await made();
    const eve = file.place.store.reviewers.add('Eve', NOW);
    const path = resigned({ ...file, ada: eve }, () => undefined);
    await refusedWith(path, /line 8: .*not the signature/);
  });

  it('that is no file, or is not there, is said so', async () => {
    using file = await made();
    await refusedWith(file.place.folder.path, /no file/);
    await refusedWith(`${file.path}.missing`, /cannot be read/);
  });
});
