import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { describe, it } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink as HttpLink } from '@orpc/client/fetch';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { HttpDoor } from '../../../desk/door/http.ts';
import { answerPort } from '../../../desk/door/port.ts';
import { type Client, Knocking } from './fixtures.ts';

interface Asked {
  readonly status: number;
  readonly body: string;
}

/** A request with exactly these headers. */
async function ask(host: string, path: string, headers: Record<string, string>, method = 'POST'): Promise<Asked> {
  const [name = '', port = ''] = host.split(':');
  return await new Promise((resolve, reject) => {
    const asked = request({ host: name, port, path, method, headers: { host, ...headers } }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    asked.on('error', reject);
    asked.end(method === 'POST' ? '{"json":{}}' : undefined);
  });
}

describe('the door on loopback', () => {
  it('is open for whoever has the token, and for nobody else', async () => {
    await using k = await Knocking.withMessages(3);
    await using door = await HttpDoor.open(k.desk);
    const state = '/door/workspace/state';
    const json = { 'content-type': 'application/json' };
    const token = { authorization: `Bearer ${door.token}` };
    assert.equal((await ask(door.host, state, { ...json, ...token })).status, 200);
    assert.equal((await ask(door.host, state, json)).status, 401);
    assert.equal((await ask(door.host, state, { ...json, authorization: `Bearer ${door.token}x` })).status, 401);
    // A page of the web, and a name of the web that points here.
    assert.equal((await ask(door.host, state, { ...json, ...token, origin: 'https://evil.example' })).status, 403);
    assert.equal((await ask(door.host, state, { ...json, ...token, host: 'evil.example' })).status, 421);
    assert.equal((await ask(door.host, state, { ...json, ...token, origin: `http://${door.host}` })).status, 200);
    const page = await ask(door.host, '/', {}, 'GET');
    assert.equal(page.status, 200);
    assert.ok(!page.body.includes(door.token));
    assert.match(door.host, /^127\.0\.0\.1:/);
  });

  it('shows the built window to whoever asks, and no other file of the disk', async () => {
    await using k = new Knocking();
    mkdirSync(k.folder.file('window/assets'), { recursive: true });
    writeFileSync(k.folder.file('window/index.html'), '<!doctype html>');
    writeFileSync(k.folder.file('window/assets/a.js'), 'export {};');
    writeFileSync(k.folder.file('window/notes.txt'), 'not of the window');
    writeFileSync(k.folder.file('secret.js'), 'beside the window');
    await using door = await HttpDoor.open(k.desk, { window: k.folder.file('window') });
    const page = await fetch(`http://${door.host}/`);
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    assert.match((await fetch(`http://${door.host}/assets/a.js`)).headers.get('content-type') ?? '', /javascript/);
    for (const path of [
      '/notes.txt',
      '/../secret.js',
      '/assets/../../secret.js',
      '/%2e%2e/secret.js',
      '/assets/a.js?x',
      '//',
    ])
      assert.equal((await ask(door.host, path, {}, 'GET')).status, 401, path);
    assert.equal((await ask(door.host, '/assets/a.js', {})).status, 405);
    assert.equal((await ask(door.host, '/', { host: 'evil.example' }, 'GET')).status, 421);
  });

  it('serves a client as the door in this process does, events too', async () => {
    await using k = await Knocking.withMessages(3);
    await using door = await HttpDoor.open(k.desk);
    const link = new HttpLink({ url: `http://${door.host}/door`, headers: { authorization: `Bearer ${door.token}` } });
    await sameAs(k, createORPCClient(link));
  });
});

describe('the door on a message port', () => {
  it('serves a client as the door in this process does, events too', async () => {
    await using k = await Knocking.withMessages(3);
    const { port1, port2 } = new MessageChannel();
    answerPort(k.desk, port2);
    port1.start();
    await sameAs(k, createORPCClient(new PortLink({ port: port1 })));
    port1.close();
  });
});

async function sameAs(k: Knocking & { readonly ids: { readonly ada: number; readonly fine: number } }, client: Client) {
  assert.deepEqual(await client.workspace.state(), await k.client.workspace.state());
  assert.deepEqual(await client.queue.page({ order: 'newest' }), await k.client.queue.page({ order: 'newest' }));
  const abort = new AbortController();
  const events = await client.events(undefined, { signal: abort.signal });
  const next = events.next();
  await client.review.decide({ reviewer: k.ids.ada, seen: [{ item: 2, version: 1 }], labels: [k.ids.fine] });
  assert.deepEqual((await next).value, { kind: 'items', items: [2] });
  abort.abort();
  await assert.rejects(client.queue.item({ item: 99 }), /no message number 99/);
}
