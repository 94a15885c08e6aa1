import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Event } from '../../../desk/contract/workspace.ts';
import { Knocking, rows } from './fixtures.ts';

describe('events', () => {
  it(
    'lose nothing that is said once to whoever listens too slowly, and are not kept without end',
    { timeout: 20_000 },
    async () => {
      await using k = await Knocking.withMessages(1);
      const { desk, client } = k;
      const events = await client.events();
      const first = events.next();
      await setImmediate();
      desk.tell({ kind: 'notice', message: 'begins' });
      assert.deepEqual((await first).value, { kind: 'notice', message: 'begins' });
      const done = await k.import('more.csv', rows(100, 1));
      desk.tell({ kind: 'notice', message: 'said once' });
      desk.tell({ kind: 'state', state: desk.state() });
      for (let n = 1; n <= 10_000; n++) {
        desk.tell({ kind: 'items', items: [n] });
        desk.tell({ kind: 'job', job: { ...done, id: 99, state: 'running', report: null, done: n } });
      }
      const heard: Event[] = [];
      for (let last = false; !last;) {
        const next = await events.next();
        assert.ok(next.done !== true);
        const { value } = next;
        heard.push(value);
        last = value.kind === 'job' && value.job.done === 10_000;
      }
      await events.return(undefined);
      assert.ok(heard.length <= 1_001, `${heard.length} events waited`);
      assert.ok(heard.some((event) => event.kind === 'job' && event.job.id === done.id && event.job.state === 'done'));
      assert.ok(heard.some((event) => event.kind === 'notice' && event.message === 'said once'));
      assert.ok(heard.some((event) => event.kind === 'state' && event.state.open));
      assert.ok(heard.some((event) => event.kind === 'items' && event.items === null));
    },
  );
});
