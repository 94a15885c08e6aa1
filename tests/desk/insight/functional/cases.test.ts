import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { DeskError } from '../../../../desk/errors.ts';
import { readSuites } from '../../../../desk/insight/functional/cases.ts';
import { Folder } from '../../store/fixtures.ts';

const folder = new Folder();
after(() => folder[Symbol.dispose]());
const put = (name: string, lines: readonly string[]): string => {
  const text = `${lines.join('\r\n')}\r\n`;
  writeFileSync(folder.file(name), name.endsWith('.gz') ? gzipSync(text) : text);
  return folder.file(name);
};
const refuses = (path: string, said: RegExp): void =>
  void assert.throws(
    () => readSuites(path),
    (error) =>
      error instanceof DeskError && error.kind === 'bad-input' && said.test(error.message) && error.remedy !== '',
  );

describe('test suites', () => {
  it('are read as their authors publish them', () => {
    const hatecheck = put('test_suite_cases.csv', [
      ',functionality,case_id,test_case,label_gold,target_ident,direction,focus_words,templ_id',
      '0,derog_neg_emote_h,1,"a case, of hate",hateful,women,general,hate,1',
      '1,ident_neutral_nh,2,a plain case,non-hateful,,,,2',
    ]);
    assert.deepEqual(readSuites(hatecheck).suites, [
      {
        name: 'test_suite_cases',
        cases: [
          {
            text: 'a case, of hate',
            hateful: true,
            functionality: 'derog_neg_emote_h',
            target: 'women',
            language: 'english',
          },
          { text: 'a plain case', hateful: false, functionality: 'ident_neutral_nh', target: '', language: 'english' },
        ],
      },
    ]);
    const emoji = put('hatemojicheck.csv', [
      'case_id,templ_id,text,target,functionality,set,label_gold',
      '1,1,a case,women,emoji_swap,orig,1',
    ]);
    assert.equal(readSuites(emoji).suites[0]?.cases[0]?.functionality, 'emoji_swap');
    const german = put('hatecheck_cases_final_german.csv', [
      'mhc_case_id,functionality,test_case,label_gold,target_ident',
      'german-1,derog_neg_emote_h,ein Fall,hateful,Frauen',
    ]);
    assert.equal(readSuites(german).suites[0]?.cases[0]?.language, 'german');
    const byName = put('hatecheck_cases_final_polish.csv', [
      'functionality,test_case,label_gold',
      'derog_neg_emote_h,przypadek,hateful',
    ]);
    assert.equal(readSuites(byName).suites[0]?.cases[0]?.language, 'polish');
  });

  it('are read with ids that say it all, and a folder is looked through', () => {
    put('multilingual.csv.gz', ['id,text,label,target', 'french:slur_h:1,un cas,1,femmes']);
    put('posts.csv', ['id,text,label', '1,just a post,1']);
    put('notes.csv', ['a,b', '1,2']);
    const { suites, skipped } = readSuites(folder.path);
    const french = suites.find(({ name }) => name === 'multilingual')?.cases[0];
    assert.deepEqual([french?.language, french?.functionality, french?.hateful], ['french', 'slur_h', true]);
    assert.deepEqual(
      skipped.map(({ why }) => why),
      ['it has no columns of texts and labels', 'its rows do not say what they test (a column "functionality")'],
    );
  });

  it('are refused with a reason that quotes none of their texts', () => {
    refuses(folder.file('none'), /There is no/);
    refuses(put('labels.csv', ['functionality,text,label', 'x,some SECRET text,perhaps']), /row 1 is labelled neither/);
    refuses(put('empty.csv', ['functionality,text,label']), /no rows/);
    refuses(
      put('broken.csv', ['functionality,text,label', 'x,"SECRET,1']),
      /cannot be read as CSV \(CSV_QUOTE_NOT_CLOSED\)/,
    );
    writeFileSync(folder.file('bomb.csv.gz'), gzipSync(Buffer.alloc(1 << 28)));
    refuses(folder.file('bomb.csv.gz'), /cannot be read as CSV/);
    using empty = new Folder();
    refuses(empty.path, /no test suite/);
  });
});
