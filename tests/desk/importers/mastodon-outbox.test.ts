import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { countDirect, readMastodonOutbox } from '../../../desk/importers/mastodon-outbox.ts';
import { htmlText } from '../../../desk/importers/html-text.ts';
import { holdForJson, words, type Json, type JsonExport } from './json-properties.ts';
import { itemsOf, memoryInput } from './reading-in-memory.ts';

const ACTOR = 'https://social.example/users/ada';
const PUBLIC = 'https://www.w3.org/ns/activitystreams#Public';

function create(
  n: number,
  object: Readonly<Record<string, Json>>,
  over: Readonly<Record<string, Json>> = {},
): Record<string, Json> {
  const to = [PUBLIC];
  const cc = [`${ACTOR}/followers`];
  return {
    id: `${ACTOR}/statuses/${n}/activity`,
    type: 'Create',
    actor: ACTOR,
    published: '2024-01-01T00:00:00Z',
    to,
    cc,
    object: {
      id: `${ACTOR}/statuses/${n}`,
      type: 'Note',
      summary: null,
      inReplyTo: null,
      published: '2024-01-01T00:00:00Z',
      attributedTo: ACTOR,
      to,
      cc,
      sensitive: false,
      conversation: 'tag:social.example,2024:1',
      content: '<p>hello</p>',
      contentMap: { en: '<p>hello</p>' },
      attachment: [],
      tag: [],
      ...object,
    },
    ...over,
  };
}

function outbox(items: readonly Json[]): Json {
  return {
    '@context': 'https://www.w3.org/ns/activitystreams',
    id: 'outbox.json',
    type: 'OrderedCollection',
    totalItems: 3,
    orderedItems: items,
  };
}

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

const exports: fc.Arbitrary<JsonExport> = fc
  .array(fc.record({ text: words, boost: fc.boolean(), ms: fc.integer({ min: 1_460_000_000, max: 1_900_000_000 }) }), {
    minLength: 1,
    maxLength: 8,
  })
  .map((specs) => {
    const items = specs.map(({ text, boost, ms }, at): Json => {
      const published = new Date(ms * 1000).toISOString();
      if (boost)
        return {
          id: `${ACTOR}/boosts/${at}`,
          type: 'Announce',
          actor: ACTOR,
          published,
          to: [PUBLIC],
          cc: [],
          object: 'https://other.example/1',
        };
      return create(at, { content: `<p>.${escaped(text)}.</p>`, published });
    });
    return {
      name: 'outbox.json',
      file: outbox(items),
      part: (from, to) => outbox(items.slice(from, to)),
      count: items.length,
      expected: specs.map(({ boost, ms }, at) => ({
        id: boost ? `${ACTOR}/boosts/${at}` : `${ACTOR}/statuses/${at}`,
        kind: boost ? 'share' : 'message',
        channel: { id: ACTOR, name: 'ada@social.example', personal: true },
        time: { ms: ms * 1000, zone: 'utc' },
      })),
    };
  });

const read = (items: readonly Json[]) => itemsOf(readMastodonOutbox, 'outbox.json', JSON.stringify(outbox(items)));

describe('Mastodon outbox', () => {
  holdForJson(readMastodonOutbox, exports);

  it('gives every text back that was escaped into HTML once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const plain = text.replaceAll('\0', '').replaceAll('\r', '');
        assert.equal(htmlText(`<p>.${escaped(plain)}.</p>`), `.${plain}.`);
      }),
    );
  });

  it('turns HTML into lines, blank lines between blocks, and split addresses into whole ones', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['<p>a<br>b<br />c</p><p>d</p>', 'a\nb\nc\n\nd'],
      [
        '<p>see <a href="x"><span class="invisible">https://</span><span class="ellipsis">x.example/ab</span><span class="invisible">cd</span></a></p>',
        'see https://x.example/abcd',
      ],
      ['<ul><li>a</li><li>b</li></ul><blockquote><p>q</p></blockquote>', 'a\nb\n\nq'],
      ['<p>&amp;lt;b&amp;gt; &#39;q&#39;</p>', "&lt;b&gt; 'q'"],
      ['<p>a</p><script>alert(1)</script><style>p{}</style>', 'a'],
      ['', ''],
    ];
    for (const [html, text] of cases) assert.equal(htmlText(html), text);
  });

  it('scores warning, content, poll options and descriptions of images, each on a line', async () => {
    const [row] = await read([
      create(1, {
        type: 'Question',
        summary: 'warning',
        content: '<p>which?</p>',
        oneOf: [
          { name: 'A', replies: { totalItems: 1 } },
          { name: 'B', replies: { totalItems: 0 } },
        ],
        attachment: [{ type: 'Document', mediaType: 'image/png', url: '/media/files/1.png', name: 'a cat' }],
        updated: '2024-01-02T00:00:00Z',
        inReplyTo: 'https://other.example/9',
      }),
    ]);
    assert.equal(row?.text, 'warning\nwhich?\nA\nB\na cat');
    assert.deepEqual(row?.attachments, [{ name: '1.png', type: 'image/png', path: '/media/files/1.png' }]);
    assert.deepEqual(row?.edited, { ms: Date.UTC(2024, 0, 2), zone: 'utc' });
    assert.equal(row?.replyTo, 'https://other.example/9');
    assert.equal(row?.language, 'en');
    assert.equal(row?.thread?.id, 'tag:social.example,2024:1');
  });

  it('counts posts with media alone apart, and boosts of own posts as shares', async () => {
    const rows = await read([
      create(1, { content: '', attachment: [{ type: 'Document', mediaType: 'image/png', url: '/1.png', name: null }] }),
      create(2, { content: null, attachment: [{ type: 'Document', mediaType: 'image/png', url: '/1.png' }] }),
      create(3, {}, { type: 'Announce' }),
    ]);
    assert.deepEqual(
      rows.map(({ kind }) => kind),
      ['media-only', 'media-only', 'share'],
    );
    assert.equal(rows[2]?.text, '');
  });

  it('shows who could read a post, and counts private mail before the import', async () => {
    const items = [
      create(1, {}),
      create(2, { to: [`${ACTOR}/followers`], cc: [PUBLIC] }, { to: [`${ACTOR}/followers`], cc: ['as:Public'] }),
      create(3, { to: [`${ACTOR}/followers`], cc: [] }, { to: [`${ACTOR}/followers`], cc: [] }),
      create(
        4,
        { to: ['https://other.example/users/bob'], cc: [] },
        { to: ['https://other.example/users/bob'], cc: [] },
      ),
    ];
    const rows = await read(items);
    assert.deepEqual(
      rows.map(({ visibility }) => visibility),
      ['public', 'unlisted', 'followers', 'direct'],
    );
    const counted = await countDirect(memoryInput('outbox.json', JSON.stringify(outbox(items))));
    assert.deepEqual(counted, { direct: 1, posts: 4 });
  });

  it('gives mentions their host', async () => {
    const [row] = await read([
      create(1, {
        content: '<p><span class="h-card"><a href="https://other.example/@bob">@<span>bob</span></a></span> hi</p>',
        tag: [{ type: 'Mention', href: 'https://other.example/users/bob', name: '@bob@other.example' }],
      }),
    ]);
    assert.equal(row?.text, '@bob@other.example hi');
    assert.deepEqual(row?.mentions, [{ id: 'https://other.example/users/bob', name: 'bob@other.example' }]);
  });
});
