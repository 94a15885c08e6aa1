import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isUnspaced } from '../../../desk/store/script.ts';
import { Workspace } from '../../../desk/store/workspace.ts';
import { Folder, importFiles, message, writeRows } from './fixtures.ts';

const TEXTS = [
  'The quick brown fox jumps over the lazy dog.',
  'Der Fuchs springt über den faulen Hund.',
  'quick and lazy: an "OR" b* NEAR(c) -d',
  '今日はとても良い天気ですね、散歩に行きましょう。',
  'วันนี้อากาศดีมากไปเดินเล่นกันเถอะ',
  '오늘은 날씨가 매우 좋습니다',
  'mixed 東京タワー and English',
  'fox\0dog behind a NUL',
];

async function workspaceOf(folder: Folder): Promise<Workspace> {
  const workspace = Workspace.create(folder.file('w.moderato'));
  await importFiles(
    workspace,
    writeRows(
      folder.file('rows'),
      TEXTS.map((text, i) => message({ id: String(i), text })),
    ),
  );
  return workspace;
}

/** Message ids of what a query finds, the latest first. */
const messagesWith = (workspace: Workspace, query: string): (string | null)[] =>
  [...workspace.search.ids(query)].sort((a, b) => b - a).map((id) => workspace.items.get(id)?.messageId ?? null);

describe('search', () => {
  it('finds words, without regard to case or accents, all of them and in any order', async () => {
    using folder = new Folder();
    using workspace = await workspaceOf(folder);
    const found = (query: string) => messagesWith(workspace, query);
    assert.deepEqual(found('QUICK'), ['2', '0']);
    assert.deepEqual(found('lazy quick'), ['2', '0']);
    assert.deepEqual(found('"lazy dog"'), ['0']);
    assert.deepEqual(found('uber'), ['1']);
    assert.deepEqual(found('fox cat'), []);
    assert.deepEqual(found('날씨가'), ['5']);
    assert.deepEqual(found('fox'), ['7', '0']);
  });

  it('finds a piece of a text in a script without spaces, of one sign or many', async () => {
    using folder = new Folder();
    using workspace = await workspaceOf(folder);
    const found = (query: string) => messagesWith(workspace, query);
    assert.deepEqual(found('良い天気'), ['3']);
    assert.deepEqual(found('天気'), ['3']);
    assert.deepEqual(found('東'), ['6']);
    assert.deepEqual(found('東京タワー English'), ['6']);
    assert.deepEqual(found('東京タワー 大阪'), []);
    assert.deepEqual(found('อากาศดี'), ['4']);
  });

  it('takes no part of a query for an operator', async () => {
    using folder = new Folder();
    using workspace = await workspaceOf(folder);
    for (const query of ['', '"', '""', '*', 'a OR', 'NEAR(', '-d', 'text:fox', '^fox', "'", '\0', 'b*', '(((']) {
      assert.doesNotThrow(() => workspace.search.ids(query), query);
    }
    assert.deepEqual(messagesWith(workspace, 'OR NEAR'), ['2']);
  });

  it('puts texts of scripts without spaces, and only those, into the trigram index', () => {
    for (const text of ['東京', 'ไทย', 'ລາວ', 'ខ្មែរ', 'မြန်မာ', 'བོད', 'ｶﾀｶﾅ', '𠮷', 'ひらがな', 'ꀀ'])
      assert.ok(isUnspaced(text), text);
    for (const text of [
      '',
      'English',
      'Ελληνικά',
      'русский',
      'עברית',
      'العربية',
      'हिन्दी',
      '한국어',
      '👍🏽 … “ok”',
      '「」',
    ]) {
      assert.ok(!isUnspaced(text), text);
    }
  });
});
