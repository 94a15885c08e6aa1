import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readFileSync } from 'node:fs';
import { Workspace } from '../../../desk/store/workspace.ts';
import { Folder, importFiles, message, writeRows } from './fixtures.ts';

const by = (id: string | null, name: string): { id: string | null; name: string; bot: boolean } => ({
  id,
  name,
  bot: false,
});

async function filled(folder: Folder): Promise<Workspace> {
  const workspace = Workspace.create(folder.file('w.moderato'));
  const rows = [
    message({ id: '1', author: by('17', 'Ada') }),
    message({ id: '2', author: by('17', 'Ada L.') }),
    message({ id: '3', author: by('18', 'Grace Hopper') }),
    message({ id: '4', author: by(null, '[deleted]') }),
    message({
      id: '5',
      author: { id: '19', name: 'Helper', bot: true },
      mentions: [{ id: '20', name: 'Silent Reader' }],
    }),
    message({ id: '6', platform: 'reddit', author: by('17', 'Ada') }),
  ];
  await importFiles(workspace, writeRows(folder.file('rows'), rows));
  return workspace;
}

const author = (
  workspace: Workspace,
  id: string,
  platform = 'discord',
): { id: number; pseudonym: string; bot: boolean } | null =>
  workspace.items.byMessage(platform, 'c1', id)?.author ?? null;

describe('authors', () => {
  it('keep one pseudonym under all their names, another one on another platform', async () => {
    using folder = new Folder();
    using workspace = await filled(folder);
    const ada = author(workspace, '1');
    assert.match(ada?.pseudonym ?? '', /^user-[2-9b-z]{6}$/);
    assert.deepEqual(author(workspace, '2'), ada);
    assert.notEqual(author(workspace, '3')?.pseudonym, ada?.pseudonym);
    assert.notEqual(author(workspace, '6', 'reddit')?.pseudonym, ada?.pseudonym);
    assert.deepEqual(
      workspace.authors.names(ada?.id ?? 0).map(({ name }) => name),
      ['Ada', 'Ada L.'],
    );
    assert.equal(author(workspace, '4'), null, 'accounts that are gone are nobody in particular');
    assert.equal(author(workspace, '5')?.bot, true);
  });

  it('have other pseudonyms in another workspace', async () => {
    using one = new Folder();
    using two = new Folder();
    using first = await filled(one);
    using second = await filled(two);
    assert.notEqual(author(first, '1')?.pseudonym, author(second, '1')?.pseudonym);
  });

  it('are masked where a text mentions them, by any of their names', async () => {
    using folder = new Folder();
    using workspace = await filled(folder);
    const ada = author(workspace, '1')?.pseudonym;
    const grace = author(workspace, '3')?.pseudonym;
    const mask = (text: string): string => workspace.authors.shown(text, 'discord').text;
    assert.equal(mask('hi @ADA, you'), `hi @${ada}, you`);
    assert.equal(mask('@Ada L. wrote'), `@${ada} wrote`);
    assert.equal(mask('ask @Grace Hopper about it'), `ask @${grace} about it`);
    assert.equal(mask('<@17> and <@!18>'), `@${ada} and @${grace}`);
    assert.equal(mask('@\u2068Grace Hopper\u2069 came'), `@${grace} came`);
    // People who never wrote: known by a mention, or not at all.
    assert.doesNotMatch(mask('@Silent Reader and @stranger.danger'), /Silent|Reader|stranger|danger/);
    assert.equal(mask('@stranger'), mask('@Stranger'));
    assert.notEqual(mask('@stranger'), mask('@danger'));
    for (const text of ['@everyone listen', '@here', 'mail me: x@example.org', '5 @ 3', '@', 'no mention'])
      assert.equal(mask(text), text);
  });

  it('stand under their real names in one table only', async () => {
    using folder = new Folder();
    {
      using workspace = Workspace.create(folder.file('w.moderato'));
      const row = message({ author: by('4711-account', 'Marker Person'), raw: '{}' });
      await importFiles(workspace, writeRows(folder.file('rows'), [row]));
    }
    const bytes = readFileSync(folder.file('w.moderato')).toString('latin1');
    // The row of author_names and its index.
    assert.equal(bytes.split('Marker Person').length - 1, 2);
    assert.equal(bytes.split('4711-account').length - 1, 1);
  });
});
