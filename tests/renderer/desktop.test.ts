import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { DROPPED, PORTS, READY } from '../../desk/contract/surface.ts';
import { Desktop, type Shell } from '../../renderer/shell/shell.ts';

/** A page with a preload behind it, of which a test sees what is asked and says what comes. */
function shown() {
  const page = Object.assign(new EventTarget(), {
    location: { origin: 'app://moderato' },
    asked: [] as unknown[],
    postMessage: (data: unknown) => void page.asked.push(data),
  });
  const shells: Shell[] = [];
  const dropped: string[] = [];
  const desktop = new Desktop(page as unknown as Window, {
    shell: (shell) => shells.push(shell),
    dropped: (paths) => dropped.push(...paths),
  });
  const says = (data: unknown, ports: readonly unknown[] = [], source: unknown = page): void => {
    page.dispatchEvent(Object.assign(new Event('message'), { data, ports, source }));
  };
  /** @returns the other ends */
  const handsOver = (source?: unknown) => {
    const [desk, shell] = [new MessageChannel(), new MessageChannel()];
    says(PORTS, [desk.port1, shell.port1], source);
    return { desk: desk.port2, shell: shell.port2, end: () => [desk, shell].forEach(({ port2 }) => port2.close()) };
  };
  return { page, desktop, shells, dropped, says, handsOver };
}

const patience = () => new AbortController().signal;

describe('the window’s end of the shell', () => {
  it('asks for ports, and knows its shell before it is connected', async () => {
    const { page, desktop, shells, handsOver } = shown();
    const connecting = desktop.connect(patience());
    assert.deepEqual(page.asked, [READY]);
    const { end } = handsOver();
    assert.equal(shells.length, 1);
    assert.equal((await connecting).gone.aborted, false);
    end();
  });

  it('gives up its desk when there is another, takes that without asking, and keeps its shell', async () => {
    const { page, desktop, shells, handsOver } = shown();
    const connecting = desktop.connect(patience());
    const first = handsOver();
    const connection = await connecting;
    const second = handsOver();
    assert.ok(connection.gone.aborted, 'calls in flight wait for a desk that is gone');
    const again = await desktop.connect(patience());
    assert.equal(again.gone.aborted, false);
    assert.deepEqual(page.asked, [READY]);
    assert.equal(shells.length, 1);
    again.close();
    first.end();
    second.end();
  });

  it('hears nothing of what other windows say', async () => {
    const { desktop, shells, dropped, says, handsOver } = shown();
    const giving = new AbortController();
    const refused = assert.rejects(desktop.connect(giving.signal), /gave no port/);
    const { end } = handsOver({});
    says({ kind: DROPPED, paths: ['/etc/passwd'] }, [], {});
    assert.deepEqual([shells.length, dropped], [0, []]);
    giving.abort();
    await refused;
    end();
  });

  it('hears where dropped files lie, and nothing that is no path', () => {
    const { dropped, says } = shown();
    says({ kind: DROPPED, paths: ['/a/b.json', 7, null] });
    says({ kind: 'something else', paths: ['/c'] });
    says(null);
    assert.deepEqual(dropped, ['/a/b.json']);
  });
});
