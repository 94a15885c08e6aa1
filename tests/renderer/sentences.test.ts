/** What the desk says, in the other languages of the window: held against the desk's own sources. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { afterEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DESK_PROBLEMS } from '../../desk/errors.ts';
import { wordsOf } from '../../renderer/desk/problem.ts';
import { said } from '../../renderer/desk/said.ts';
import { localeFrom } from '../../renderer/i18n/locale.ts';
import { SENTENCES } from '../../renderer/messages/sentences.ts';
import { deskRemarks, deskSentences } from './desk-sentences.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PLACE = /\{(\w+)\}/g;
const placesOf = (text: string): readonly string[] => [...text.matchAll(PLACE)].map(([, name = '']) => name).sort();

/**
 * Refusals that nobody meets in the window: it offers what is there, asks before it fetches, and trains and writes in places of
 * its own.
 */
const ONLY_ELSEWHERE = new Set([
  // These name numbers of things that the window lists.
  ...['There is no job number {}.', 'List the jobs and choose one of them.'],
  ...['There is no author number {}.', 'Choose the author of a message.', 'Nobody here goes by {}.'],
  ...['Take the pseudonym from a message.', 'There is no model called {} to fetch.', 'List the models and choose one.'],
  ...['The model gives no label "{}".', 'Score the workspace first.', 'Its labels are {}.'],
  ...['Only the first {} labels of a model can be filtered by.', 'Choose another.'],
  ...['Say what to erase in one way.', 'Name messages, or an author, or a time.'],
  // Of verbs of the command line alone.
  ...[
    'Add one: `moderato labels --add fine --severity 0`.',
    'The queue has had one model so far; choose another with `moderato revisions promote`.',
    'The queue has {}, and this is another model: {}.',
    'Say who changes it; that is written down. Or leave the adapter out, and read on with the model of the queue.',
  ],
  ...[
    'Add some: `moderato labels --add NAME --severity 2 --guidance WORDS`.',
    'No engine for second opinions can be started here.',
  ],
  ...['Use the command line.', '{} is larger than 256 MB.', 'No reviewer decides so much: ask what it is.'],
  ...[
    'Make one with `moderato export --signed` where the decisions were made. Nothing was merged.',
    '{}, line {}: {}.',
  ],
  ...[
    '{}, line {}: from its link {} on, {} did something else than {}.',
    '{} did something else at link {} while a file of theirs was merged.',
  ],
  ...[
    'Somebody went on under one name in two copies of a workspace, or a chain was made anew. Nothing was merged. In each copy somebody else must decide.',
  ],
  ...[
    'Merge the file again: it is said then where they part.',
    'The merge was stopped; {} links are in.',
    'Merge the same files again to go on.',
  ],
  ...[
    '{} cannot be opened. {}',
    'Check the path.',
    '{} is too large for a report.',
    'Name the file that the report verb wrote.',
  ],
  ...['A report holds no records to compare.', 'Leave the export out.'],
  ...[
    'Retrain, which compares them anew; or promote it all the same, naming what was said of it (--override {}). That is written down.',
  ],
  ...[
    '{} would be written over, and it is what is trained from.',
    'Name another place with --out.',
    '{} is a folder or a device.',
  ],
  ...['Name another place with --out: NAME.gguf.', 'Make it first, or name another place.'],
  ...[
    '{} will have more than {} MB, and its disk has {} MB left.',
    'Free some space, or name a place on another disk with --out.',
  ],
  ...['Train one with `moderato train`, then name it with --adapter.', '{} has {} MB, far more than an adapter.'],
  ...[
    'Name an adapter with --adapter; base models are named with --model.',
    'Adapters are named with --adapter, and need not be added.',
  ],
  ...['Free some space or check the permissions of that folder; or use the file where it is with --model.'],
  ...['{} is {}; a {} is a single .gguf file.', 'Name the file itself.'],
  // The program itself is not whole, or a server is not what it was.
  ...[
    '{} cannot be read ({}).',
    'Get the program again: it is incomplete.',
    '{}: the list of models cannot be read ({}).',
  ],
  ...['The file at {} has {} bytes instead of {}: it is another one.', '{} sends from one place to the next.'],
  ...['A newer Moderato may know the new file; until then get it yourself and add it with `moderato models add FILE`.'],
  ...['Try again later, or get the file yourself and add it with `moderato models add FILE`.'],
  ...['{} sends to {}, which was not named: nothing was fetched from there.'],
  ...['Get the file yourself if you trust that place, and add it with `moderato models add FILE`.'],
]);

/** Sources with what joins a sentence over lines taken out, and with {} for each value. */
function writtenDown(): string {
  const text = ['desk', 'engine'].flatMap((room) =>
    globSync(`${room}/**/*.ts`, { cwd: ROOT }).map((file) => readFileSync(`${ROOT}${file}`, 'utf8')),
  );
  text.push(readFileSync(`${ROOT}native-models/catalog.json`, 'utf8'));
  return text
    .join('\n')
    .replaceAll(/['`]\s*\+\s*['`]/g, '')
    .replaceAll("\\'", "'")
    .replaceAll('\\uFFFD', '\uFFFD');
}

afterEach(() => localeFrom(() => 'en'));

describe('sentences of the desk', () => {
  const translated = new Set(Object.keys(SENTENCES.de).map((sentence) => sentence.replaceAll(PLACE, '{}')));
  /** `{}{}` of a template is one value here. */
  const isSaid = (sentence: string): boolean => translated.has(sentence.replaceAll(/(\{\})+/g, '{}'));

  it('are there in the other languages for all that can be refused in the window', () => {
    const missing = deskSentences().filter(({ sentence }) => !isSaid(sentence) && !ONLY_ELSEWHERE.has(sentence));
    assert.deepEqual(missing, []);
    const known = new Set(deskSentences().map(({ sentence }) => sentence));
    assert.deepEqual(
      [...ONLY_ELSEWHERE].filter((sentence) => !known.has(sentence) || isSaid(sentence)),
      [],
    );
  });

  it('are there in the other languages for what is asked, noted and given as a reason, too', () => {
    const missing = deskRemarks().filter(({ sentence }) => !isSaid(sentence));
    assert.deepEqual(missing, []);
  });

  it('have a translation for every code', () => {
    const has = new Set(
      deskSentences()
        .filter(({ sentence }) => isSaid(sentence))
        .map(({ kind }) => kind),
    );
    assert.deepEqual(
      DESK_PROBLEMS.filter((kind) => !has.has(kind) && kind !== 'not-recommended'),
      [],
    );
    for (const kind of [
      'missing',
      'not-a-workspace',
      'newer-version',
      'wrong-secret',
      'in-use',
      'locked',
      'disk-full',
      'model-file',
    ])
      assert.ok(has.has(kind), kind);
  });

  it('are still said by the desk, with no other values', () => {
    const sources = writtenDown();
    for (const [sentence, text] of Object.entries(SENTENCES.de)) {
      assert.deepEqual(
        placesOf(text).filter((name) => !placesOf(sentence).includes(name)),
        [],
        sentence,
      );
      for (const part of sentence.split(PLACE).filter((_, i) => i % 2 === 0))
        assert.ok(
          // Reasons for rejected rows get their capital late.
          [part, part.charAt(0).toLowerCase() + part.slice(1)].some((one) =>
            sources.includes(one.replace(/^: (?=[a-z])|^: (?=no )/, '').trim()),
          ),
          `${sentence}: the desk does not say “${part}”`,
        );
    }
  });

  it('are filled with what the desk said, sentences in them too, and left alone where nobody knows them', () => {
    assert.equal(said('There is nothing to undo.'), 'There is nothing to undo.');
    localeFrom(() => 'de');
    assert.equal(said('There is nothing to undo.'), 'Es gibt nichts zurückzunehmen.');
    assert.equal(
      said(
        'The file ends in the middle of message 3 (byte 1,204); all 2 before it were read. It was cut off: export or copy it again to get the rest.',
      ),
      'Die Datei endet mitten in Nachricht 3 (Byte 1,204); alle 2 davor wurden gelesen. Sie ist abgeschnitten: Exportieren oder kopieren Sie sie noch einmal, um den Rest zu bekommen.',
    );
    assert.equal(said('Row 7 (byte 90) is not valid JSON.'), 'Zeile 7 (Byte 90) ist kein gültiges JSON.');
    assert.equal(
      said('It is a table of 5 columns between commas.'),
      'Es ist eine Tabelle mit 5 Spalten, getrennt durch Kommas.',
    );
    assert.equal(
      said('w.moderato is open in another Moderato (process 12).'),
      'w.moderato ist in einem anderen Moderato geöffnet (process 12).',
    );
    assert.equal(said('One message is on hold.'), 'Eine Nachricht wird zurückgehalten.');
    assert.equal(said('The import was stopped.'), 'Der Import wurde abgebrochen.', 'what says more goes first');
    assert.equal(
      said('a.csv: holds no rows. Choose a table with a header and rows.'),
      'a.csv: hat keine Zeilen. Wählen Sie eine Tabelle mit Kopf und Zeilen.',
    );
    assert.equal(
      said('Does 3/4/26 have the day or the month first? Most dates exist only in this order.'),
      'Steht in 3/4/26 der Tag vorn oder der Monat? Die meisten Daten gibt es nur in dieser Reihenfolge.',
    );
    for (const odd of ['Something new happened.', '', '{name}', '$& $1 is open.'.repeat(400)])
      assert.equal(said(odd), odd);
    assert.equal(said('{name} $& is open.'), '{name} $& ist geöffnet.', 'what is filled in is not looked at again');
  });

  it('say what to do once', () => {
    const remedy = 'Choose a table with a header and rows.';
    assert.equal(wordsOf({ message: `a.csv: holds no rows. ${remedy}`, remedy }), `a.csv: holds no rows. ${remedy}`);
    assert.equal(
      wordsOf({
        message: 'There is nothing to undo.',
        remedy: 'Ada has done nothing yet, or has taken all of it back.',
      }),
      'There is nothing to undo. Ada has done nothing yet, or has taken all of it back.',
    );
  });
});
