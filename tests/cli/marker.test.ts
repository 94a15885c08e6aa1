import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Bench, discordExport, sentences } from './moderato.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());

const MARKER = 'Xylomarkerquux';
const workspace = bench.path('w.moderato');
const marked = bench.file('marked.json', discordExport(sentences(400).map((text) => `${text} ${MARKER}`)));
const secret = { MODERATO_PASSPHRASE: 'correct horse battery', MODERATO_REVIEWER: 'Ada' };

/** Every file that lies where the program may write, but the export itself, that holds the marker. */
function filesWithMarker(): string[] {
  const wanted = [Buffer.from(MARKER), Buffer.from(MARKER, 'utf16le'), Buffer.from(MARKER.toLowerCase())];
  return readdirSync(bench.folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(bench.folder, name);
    if (path === marked || !statSync(path, { throwIfNoEntry: false })?.isFile()) return false;
    const content = readFileSync(path);
    return wanted.some((marker) => content.includes(marker));
  });
}

describe('an encrypted workspace', () => {
  it('leaves nothing of a message anywhere else, whatever is done with it, and whenever it is killed', async () => {
    const verb = async (words: readonly string[], kills = false) => {
      const [name = '', ...rest] = words;
      return await bench.run([...name.split(' '), '--workspace', workspace, ...rest], {
        env: secret,
        ...(kills && {
          onErr: (err: string, kill: (signal: NodeJS.Signals) => void) => {
            if (!err.includes('Scoring') && !err.includes('PROVISIONAL')) return false;
            kill('SIGKILL');
            return true;
          },
        }),
      });
    };
    const plain = bench.file('plain.json', discordExport(sentences(3)));
    assert.equal((await bench.run(['import', plain, '--workspace', workspace])).code, 0);
    const set = await bench.run(['protect', '--workspace', workspace], {
      env: { MODERATO_PASSPHRASE_NEW: secret.MODERATO_PASSPHRASE },
    });
    assert.equal(set.code, 0, set.err);
    assert.equal((await verb(['import', marked])).code, 0);
    const killed = await verb(['triage', ...bench.tiny], true);
    assert.equal(killed.code, null, 'killed while it scored');
    assert.deepEqual(filesWithMarker(), [], 'after the kill');
    const triaged = await verb(['triage', ...bench.tiny]);
    assert.equal(triaged.code, 0, triaged.err);
    assert.match(triaged.out, new RegExp(MARKER), 'it is there for whoever may read it');
    const numbers = Array.from({ length: 30 }, (_, i) => i + 10).join(',');
    for (const words of [
      ['label', '--as', 'abusive', '--item', numbers, '--note', `${MARKER} in a note`],
      // What is decided is explained, whether it was an audit item or not.
      ['explain', '--item', '10', '--json'],
      ['undo'],
      ['queue', '--search', MARKER],
      ['audit verify'],
      ['workspace copy', '--to', bench.path('copy.moderato')],
    ]) {
      const { code, err } = await verb(words);
      assert.equal(code, 0, `${words.join(' ')}: ${err}`);
    }
    assert.deepEqual(filesWithMarker(), []);
    // Whoever believes a silence must know that a sound would have been heard.
    await bench.run(['import', marked, '--workspace', bench.path('open.moderato')]);
    assert.deepEqual(filesWithMarker(), ['open.moderato']);
  });
});
