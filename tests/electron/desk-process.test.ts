import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { registerHooks } from 'node:module';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';

/** A process that ends when the test says so, and notes down what it is told. */
class Child extends EventEmitter {
  readonly pid = undefined;
  readonly told: unknown[] = [];

  postMessage(message: unknown): void {
    this.told.push(message);
  }
}

const started: Child[] = [];
const fork = (): Child => {
  const child = new Child();
  started.push(child);
  return child;
};
Object.assign(globalThis, { electronOfThisTest: { utilityProcess: { fork }, MessageChannelMain: MessageChannel } });
const electron = 'export const { utilityProcess, MessageChannelMain } = globalThis.electronOfThisTest;';
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron'
      ? { url: `data:text/javascript,${encodeURIComponent(electron)}`, shortCircuit: true }
      : next(specifier, context),
});
const { DeskProcess } = await import('../../electron/main/desk-process.ts');

describe('the desk as a process', () => {
  it('is waited for by whoever ends it, however often: Cmd-Q once more does not cut off what it still writes', async () => {
    const desk = new DeskProcess({ first: null, onWorkspace: () => {} });
    const ended: string[] = [];
    const all = ['first', 'second'].map((who) => desk.close().then(() => ended.push(who)));
    await setImmediate();
    assert.deepEqual(ended, []);
    const [child] = started;
    assert.deepEqual(child?.told, [{ kind: 'close' }]);
    child.emit('exit', 0);
    await Promise.all(all);
    assert.deepEqual([ended, started.length], [['first', 'second'], 1], 'and no other is started in its place');
  });
});
