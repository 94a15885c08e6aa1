import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { RPCLink } from '@orpc/client/message-port';
import type { Event } from '../../desk/contract/workspace.ts';
import { answerPort } from '../../desk/door/port.ts';
import { type Connection, type Link, overPort } from '../../renderer/desk/connect.ts';
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
    // Node's port, which has what a browser's has.
    const connection = overPort(port1 as never);
    open.push({ end: connection.close });
    return Promise.resolve(connection);
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

  it('reviews in the workspace that it shows, and in no other that was opened meanwhile', async () => {
    await using k = await Knocking.withMessages(2);
    const { connect } = connecting(k);
    const shown = { path: k.path };
    const door = new Door(connect, () => shown.path);
    const kept = door.keep(
      () => Promise.resolve(),
      () => {},
    );
    await until(() => door.state === 'open');
    const decided = async (): Promise<number> => {
      const state = await k.client.workspace.state();
      return state.open ? state.counts.decided : assert.fail();
    };
    const decide = async (item: number) =>
      await door.desk.review.decide({ reviewer: 1, seen: [{ item, version: 1 }], labels: [1] });
    await decide(1);
    // Another window opens a copy, in which everything has the same number; this one has not heard of it yet.
    const copy = k.folder.file('Abschrift, groß.moderato');
    await k.client.workspace.copy({ to: copy });
    await k.client.workspace.open({ path: copy, instead: true });
    await assert.rejects(decide(2), /Another window opened another workspace/);
    await assert.rejects(door.desk.review.undo({ reviewer: 1 }), /Another window opened another workspace/);
    assert.equal(await decided(), 1);
    shown.path = copy;
    await decide(2);
    assert.equal(await decided(), 2);
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
