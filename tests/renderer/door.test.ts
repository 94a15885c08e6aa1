import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { RPCLink } from '@orpc/client/message-port';
import type { Event } from '../../desk/contract/workspace.ts';
import { answerPort } from '../../desk/door/port.ts';
import type { Connection, Link } from '../../renderer/desk/connect.ts';
import { Knocking } from '../desk/door/fixtures.ts';
import './runes.ts';

const { ConnectionLost, Door } = await import('../../renderer/desk/door.svelte.ts');

/** Connections to a desk, each of which can be broken off. */
function connecting(k: Knocking) {
  const open: { end: () => void }[] = [];
  let refused = 0;
  const connect = (): Promise<Connection> => {
    if (refused > 0) {
      refused--;
      return Promise.reject(new Error('nobody there'));
    }
    const { port1, port2 } = new MessageChannel();
    answerPort(k.desk, port2);
    port1.start();
    const gone = new AbortController();
    const end = (): void => {
      port1.close();
      gone.abort();
    };
    open.push({ end });
    return Promise.resolve({ link: new RPCLink({ port: port1 }), gone: gone.signal, close: end });
  };
  return { connect, breakOff: () => open.at(-1)?.end(), refuse: (times: number) => (refused = times) };
}

/** Until `is` holds, looked at after each turn of the loop. */
async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('the window’s end of the door', () => {
  it('calls, hears, and after a loss does both again', async () => {
    await using k = await Knocking.withMessages(2);
    const { connect, breakOff, refuse } = connecting(k);
    const door = new Door(connect);
    const heard: Event[] = [];
    let opened = 0;
    const kept = door.keep(
      () => Promise.resolve(void opened++),
      (event) => heard.push(event),
    );
    await until(() => door.state === 'open');
    assert.equal((await door.desk.queue.page({ order: 'newest' })).total, 2);

    refuse(2);
    breakOff();
    await until(() => door.state === 'lost');
    await assert.rejects(door.desk.queue.page({}), ConnectionLost);
    await until(() => door.state === 'open');
    assert.equal(opened, 2);
    const before = heard.length;
    await door.desk.review.skip({
      reviewer: (await door.desk.reviewers.list())[0]?.id ?? 0,
      seen: [{ item: 1, version: 1 }],
    });
    await until(() => heard.slice(before).some(({ kind }) => kind === 'items'));

    door.close();
    await kept;
  });

  it('fails a call in flight when the desk goes, instead of waiting for ever', async () => {
    const { port1 } = new MessageChannel();
    const gone = new AbortController();
    let asked = false;
    // Behind this port nobody answers.
    const silent = new RPCLink({ port: port1 });
    const link: Link = {
      call: async (...what) => {
        asked = true;
        return await silent.call(...what);
      },
    };
    const door = new Door(() => Promise.resolve({ link, gone: gone.signal, close: () => port1.close() }));
    const kept = door.keep(
      () => Promise.resolve(),
      () => {},
    );
    await until(() => asked);
    const call = assert.rejects(door.desk.workspace.state(), ConnectionLost);
    gone.abort();
    await call;
    door.close();
    await kept;
  });

  it('hands on what the desk refuses as it is', async () => {
    await using k = new Knocking();
    const { connect } = connecting(k);
    const door = new Door(connect);
    const kept = door.keep(
      () => Promise.resolve(),
      () => {},
    );
    await until(() => door.state === 'open');
    await assert.rejects(door.desk.queue.page({}), /No workspace is open/);
    assert.equal(door.state, 'open');
    door.close();
    await kept;
  });
});
