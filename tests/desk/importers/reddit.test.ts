import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cleanText } from '../../../desk/importers/encoding.ts';
import { readRedditJsonl } from '../../../desk/importers/reddit-jsonl.ts';
import { readRedditListing } from '../../../desk/importers/reddit-listing.ts';
import { readRedditRequest } from '../../../desk/importers/reddit-request.ts';
import { holdForJson, words, type Json, type JsonExport } from './json-properties.ts';
import { holdForLines } from './line-properties.ts';
import { itemsOf, memoryInput, readAll } from './reading-in-memory.ts';

function comment(id: string, over: Readonly<Record<string, Json>> = {}): Record<string, Json> {
  return {
    id,
    author: 'ada',
    author_fullname: 't2_9',
    body: 'hello',
    created_utc: 1_704_067_200,
    edited: false,
    link_id: 't3_abc',
    parent_id: 't3_abc',
    subreddit: 'Cats',
    subreddit_id: 't5_1',
    score: 1,
    ...over,
  };
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const plain = words.filter((text) => !text.includes('\u200b'));

const comments = fc
  .array(fc.record({ text: plain, form: fc.constantFrom('number', 'float', 'string') }), { minLength: 1, maxLength: 8 })
  .map((specs) =>
    specs.map(({ text, form }, at) => ({
      line: JSON.stringify(
        comment(`c${at}`, { body: `.${escaped(text)}`, created_utc: form === 'string' ? '1704067200' : 1_704_067_200 }),
      ).replace(
        '"created_utc":1704067200,',
        form === 'float' ? '"created_utc":1704067200.0,' : '"created_utc":1704067200,',
      ),
      expected: {
        id: `t1_c${at}`,
        text: cleanText(`.${text}`),
        time: { ms: 1_704_067_200_000, zone: 'utc' },
        kind: 'message',
      },
    })),
  );

const listings: fc.Arbitrary<JsonExport> = fc.array(plain, { minLength: 1, maxLength: 8 }).map((texts) => {
  const children = texts.map((text, at) => ({
    kind: 't1',
    data: comment(`c${at}`, { body: `.${escaped(text)}`, replies: '' }),
  }));
  const listing = (from: number, to: number): Json => ({
    kind: 'Listing',
    data: { after: null, children: children.slice(from, to) },
  });
  return {
    name: 'comments.json',
    file: listing(0, children.length),
    part: listing,
    count: children.length,
    expected: texts.map((text, at) => ({ id: `t1_c${at}`, text: cleanText(`.${text}`) })),
  };
});

const readLines = (rows: readonly Json[]) =>
  itemsOf(readRedditJsonl, 'RC', rows.map((row) => JSON.stringify(row)).join('\n'));

describe('Reddit dumps', () => {
  holdForLines(readRedditJsonl, comments);

  it('tells deleted from living, and authors who are gone from their words', async () => {
    const rows = await readLines([
      comment('a', { body: '[deleted]', author: '[deleted]' }),
      comment('b', { body: '[removed]' }),
      comment('c', { body: '[ Removed by Reddit ]' }),
      comment('d', { body: 'still here', author: '[deleted]', author_fullname: null }),
    ]);
    assert.deepEqual(
      rows.map(({ kind }) => kind),
      ['deleted', 'deleted', 'deleted', 'message'],
    );
    assert.deepEqual(rows[3]?.author, { id: null, name: '[deleted]', bot: false });
  });

  it('reads posts: title, blank line, text; removed texts leave the title; link posts are messages', async () => {
    const post = (id: string, over: Readonly<Record<string, Json>>): Json => ({
      ...comment(id, over),
      body: undefined as never,
      title: 'A &amp; B',
      ...over,
    });
    const rows = await readLines([
      post('p', { selftext: 'body', is_self: true, url: 'https://reddit.example/p' }),
      post('q', { selftext: '[removed]', is_self: true }),
      post('r', { selftext: '', is_self: false, url: 'https://x.example/?a=1&amp;b=2', domain: 'x.example' }),
    ]);
    assert.deepEqual(
      rows.map(({ text }) => text),
      ['A & B\n\nbody', 'A & B', 'A & B'],
    );
    assert.deepEqual(
      rows.map(({ id }) => id),
      ['t3_p', 't3_q', 't3_r'],
    );
    assert.deepEqual(rows[2]?.links, ['https://x.example/?a=1&b=2']);
    assert.equal(rows[0]?.replyTo, null);
    assert.equal(rows[0]?.links, undefined);
  });

  it('decodes entities once, drops the zero-width space and marks quoted lines', async () => {
    const [row] = await readLines([
      comment('a', { body: '&gt; theirs\n\nmine &amp;lt;b&amp;gt; &amp;#x200B;end\n&gt;!spoiler!&lt;' }),
    ]);
    assert.equal(row?.text, '> theirs\n\nmine &lt;b&gt; end\n>!spoiler!<');
    assert.deepEqual(row?.quoted, [[0, 8]]);
  });

  it('turns a numeric parent into base 36, and times an edit where the time is known', async () => {
    const rows = await readLines([
      comment('a', { parent_id: parseInt('abc', 36), edited: true }),
      comment('b', { parent_id: parseInt('zz9', 36), edited: 1_704_067_300 }),
      comment('c', { parent_id: 't1_k', edited: 0 }),
    ]);
    assert.deepEqual(
      rows.map(({ replyTo }) => replyTo),
      ['t3_abc', 't1_zz9', 't1_k'],
    );
    assert.deepEqual(
      rows.map(({ edited }) => edited?.ms ?? null),
      [null, 1_704_067_300_000, null],
    );
  });

  it('accepts reduced copies, and rejects what is neither comment nor post', async () => {
    const read = await readAll(
      readRedditJsonl,
      memoryInput('RC', '{"id":"a","body":"x","subreddit":"Cats"}\n{"id":"b","subreddit":"Cats"}\n\n[1]\n'),
    );
    assert.deepEqual(
      read.rows.map(({ status }) => status),
      ['item', 'rejected', 'rejected'],
    );
    assert.equal(read.summary.complete, true);
  });
});

describe('Reddit listings', () => {
  holdForJson(readRedditListing, listings);

  it('gives answers in answers a row each, and "more" as system', async () => {
    const nested = (id: string, replies: Json): Json => ({ kind: 't1', data: comment(id, { replies }) });
    const list = (children: readonly Json[]): Json => ({ kind: 'Listing', data: { children } });
    const more = { kind: 'more', data: { id: 'm', parent_id: 't1_b', children: ['x', 'y'] } };
    const post = { kind: 't3', data: { ...comment('p'), body: undefined as never, title: 'T', selftext: '' } };
    const text = JSON.stringify([
      list([post]),
      list([nested('a', list([nested('b', list([more])), nested('c', '')])), nested('d', '')]),
    ]);
    const rows = await itemsOf(readRedditListing, 'thread.json', text);
    assert.deepEqual(
      rows.map(({ id }) => id),
      ['t3_p', 't1_a', 't1_b', 'more_m_t1_b', 't1_c', 't1_d'],
    );
    assert.deepEqual(
      rows.map(({ kind }) => kind),
      ['message', 'message', 'message', 'system', 'message', 'message'],
    );
    assert.equal(rows[1]?.raw.includes('"c"'), false);
  });

  it('keeps batches small however many answers one comment has', async () => {
    const replies = {
      kind: 'Listing',
      data: {
        children: Array.from({ length: 2500 }, (_, at) => ({ kind: 't1', data: comment(`r${at}`, { replies: '' }) })),
      },
    };
    const text = JSON.stringify({
      kind: 'Listing',
      data: { children: [{ kind: 't1', data: comment('a', { replies }) }] },
    });
    const { rows, batches } = await readAll(readRedditListing, memoryInput('x.json', text));
    assert.equal(rows.length, 2501);
    assert.ok(Math.max(...batches) <= 1000);
  });

  it('reads the flat answer of an archive API', async () => {
    const rows = await itemsOf(readRedditListing, 'x.json', JSON.stringify({ data: [comment('a'), comment('b')] }));
    assert.deepEqual(
      rows.map(({ id }) => id),
      ['t1_a', 't1_b'],
    );
  });
});

describe('Reddit data request', () => {
  it('reads comments without ever looking at the address they were sent from', async () => {
    const text =
      'id,permalink,date,ip,subreddit,gildings,link,parent,body,media\n' +
      'abc,https://r.example/1,2025-05-18 04:35:32 UTC,203.0.113.9,Cats,0,https://r.example/r/Cats/comments/xyz/t/,t1_q,"a, ""b""",\n';
    const [row] = await itemsOf(readRedditRequest, 'comments.csv', text);
    assert.equal(row?.id, 't1_abc');
    assert.equal(row?.text, 'a, "b"');
    assert.equal(row?.thread?.id, 't3_xyz');
    assert.deepEqual(row?.time, { ms: Date.UTC(2025, 4, 18, 4, 35, 32), zone: 'utc' });
    assert.equal(JSON.stringify(row).includes('203.0.113.9'), false);
  });

  it('reads posts, private messages and chats with their channels', async () => {
    const posts = 'id,permalink,date,ip,subreddit,gildings,title,url,body\np,l,2025-05-18 04:35:32 UTC,i,Cats,0,T,,B\n';
    const mail = 'id,permalink,thread_id,date,ip,from,to,subject,body\nm,l,t,2025-05-18 04:35:32 UTC,i,ada,bob,S,B\n';
    const chats =
      'message_id,created_at,updated_at,username,message,thread_parent_message_id,channel_url,subreddit,channel_name,conversation_type\n' +
      'x,2025-05-18 04:35:32 UTC,2025-05-18 04:36:32 UTC,ada,hi,,u,,room,direct\n';
    const [post] = await itemsOf(readRedditRequest, 'posts.csv', posts);
    const [message] = await itemsOf(readRedditRequest, 'messages.csv', mail);
    const [chat] = await itemsOf(readRedditRequest, 'chat_history.csv', chats);
    assert.equal(post?.text, 'T\n\nB');
    assert.deepEqual([message?.text, message?.channel.id, message?.author.name], ['S\n\nB', 'messages:t', 'ada']);
    assert.deepEqual(
      [chat?.text, chat?.channel.name, chat?.edited?.ms],
      ['hi', 'room', Date.UTC(2025, 4, 18, 4, 36, 32)],
    );
  });
});
