import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { setImmediate, setTimeout as wait } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { FromEngine, MAX_QUEUE } from '../../../engine/contract.ts';
import type { SessionInfo } from '../../../engine/contract.ts';
import { EngineServer } from '../../../engine/process/server.ts';
import type { EngineWork, WorkSession } from '../../../engine/process/server.ts';
import { WIRE, parentTransport } from '../../../engine/process/transport.ts';
import type { Transport } from '../../../engine/process/transport.ts';

const info: SessionInfo = {
  backend: 'cpu',
  layout: 'f32',
  threads: 1,
  depth: 1,
  width: 1,
  pooling: 'mean',
  labels: ['a', 'b'],
  base: { name: 'm', sha256: '', architecture: 'llama' },
  maxTokens: 10,
};

/** A server with its wire laid open; every piece of work waits until `finish` is called. */
function served() {
  const said: FromEngine[] = [];
  const running: { readonly name: string; readonly signal: AbortSignal; finish: (error?: Error) => void }[] = [];
  const disposed: string[] = [];
  const exits: number[] = [];
  let receive: (message: unknown) => void = () => {};
  const transport: Transport = {
    send: (message) => said.push(FromEngine.parse(message)),
    onMessage: (listener) => void (receive = listener),
    onGone: () => {},
  };
  const until = <T>(name: string, signal: AbortSignal, value: T): Promise<T> =>
    new Promise((resolve, reject) => {
      running.push({ name, signal, finish: (error) => (error === undefined ? resolve(value) : reject(error)) });
    });
  const session = (name: string): WorkSession => ({
    info,
    score: (items, { signal, onProgress }) => {
      onProgress(0);
      const scores = items.map(({ key }) => ({ key, status: 'not-read' as const, reason: 'empty' as const }));
      return until(`score ${items.map(({ key }) => key).join(' ')}`, signal, scores);
    },
    embed: (_items, { signal }) => until('embed', signal, { states: new Float32Array(), read: [] }),
    [Symbol.asyncDispose]: async () => void disposed.push(name),
  });
  const work: EngineWork<WorkSession> = {
    open: (input, { signal }) => until(`open ${input.base}`, signal, session(input.base)),
    explain: () => Promise.reject(new TypeError('not here')),
    train: () => Promise.reject(new TypeError('not here')),
    verifyBackends: () => {
      throw new Error('thrown before the first await');
    },
  };
  new EngineServer(transport, work, (code) => exits.push(code)).start();
  const settle = (): Promise<void> => wait(5);
  const answers = () => said.filter((message) => message.kind === 'answer' || message.kind === 'error');
  const errors = () => said.flatMap((m) => (m.kind === 'error' ? [{ id: m.id, code: m.error.code }] : []));
  const call = (id: number, name: string, input: unknown): void => receive({ kind: 'call', id, name, input });
  const open = async (id: number, base = 'm'): Promise<void> => {
    call(id, 'open', { base, backend: 'cpu', deterministic: false });
    await settle();
    running.pop()?.finish();
    await settle();
  };
  return { said, running, disposed, exits, answers, errors, call, open, settle, receive: (m: unknown) => receive(m) };
}

const item = (key: string) => ({ key, text: '' });

describe('the message loop', () => {
  it('greets, then runs calls one at a time in the order of arrival', async () => {
    const { said, running, call, open, settle, answers } = served();
    assert.equal(said[0]?.kind, 'hello');
    await open(1);
    for (const id of [2, 3, 4]) call(id, 'score', { session: 1, items: [item(`k${id}`)] });
    for (const id of [2, 3, 4]) {
      await settle();
      assert.deepEqual(
        running.map(({ name }) => name),
        [`score k${id}`],
      );
      running.pop()?.finish();
    }
    await settle();
    assert.deepEqual(
      answers().map(({ id }) => id),
      [1, 2, 3, 4],
    );
  });

  it('says before a load that it loads, and when it is idle again', async () => {
    const { said, open } = served();
    await open(1);
    const phases = said.flatMap((message) => (message.kind === 'heartbeat' ? [message.phase] : []));
    assert.deepEqual(phases, ['idle', 'load', 'idle']);
  });

  it('answers a failing call and goes on, also when the work throws at once', async () => {
    const { running, call, open, settle, said } = served();
    await open(1);
    call(2, 'verifyBackends', {});
    call(3, 'train', {
      session: 1,
      labels: ['a', 'b'],
      task: 'exclusive',
      train: [{ key: 'k', text: '', labels: [0] }],
      dev: [{ key: 'k', text: '', labels: [0] }],
      options: {
        name: 'n',
        neutralLabel: null,
        method: { kind: 'probe', classWeights: 'none' },
        ngrams: false,
        languages: [],
        source: {},
      },
    });
    call(4, 'score', { session: 1, items: [item('a')] });
    await settle();
    running.pop()?.finish(
      Object.assign(new Error('cut short. Copy it again.'), {
        code: 'gguf',
        file: 'm.gguf',
        remedy: 'Copy it again.',
      }),
    );
    await settle();
    const errors = said.flatMap((message) => (message.kind === 'error' ? [message.error] : []));
    assert.deepEqual(
      errors.map(({ code }) => code),
      ['failed', 'TypeError', 'gguf'],
    );
    assert.deepEqual(errors[2], { code: 'gguf', message: 'cut short.', remedy: 'Copy it again.', place: 'm.gguf' });
  });

  it('refuses what does not parse, under its id where it has one, without repeating what stood in it', async () => {
    const { receive, call, said, errors, running, settle } = served();
    receive('a secret text');
    receive({ kind: 'call', id: 5, name: 'format-disk', input: {} });
    receive({ kind: 'call', id: 6, name: 'score', input: {}, 'a secret text': 1 });
    call(7, 'score', { session: 1, items: [{ key: 'k', text: 'a secret text', more: 'a secret text' }, { key: 1 }] });
    call(8, 'open', { base: '', backend: 'abacus', deterministic: 'a secret text' });
    receive({ kind: 'call', id: -1, name: 'close', input: { session: 1 } });
    await settle();
    assert.deepEqual(
      errors(),
      [null, 5, 6, 7, 8, null].map((id) => ({ id, code: 'bad-message' })),
    );
    assert.ok(!JSON.stringify(said).includes('secret'));
    assert.equal(running.length, 0);
  });

  it('knows its sessions: an unknown one and a closed one are errors', async () => {
    const { call, open, settle, errors, disposed, answers } = served();
    await open(1, 'model');
    call(2, 'score', { session: 9, items: [] });
    call(3, 'close', { session: 1 });
    call(4, 'close', { session: 1 });
    await settle();
    assert.deepEqual(disposed, ['model']);
    assert.deepEqual(errors(), [
      { id: 2, code: 'no-such-session' },
      { id: 4, code: 'no-such-session' },
    ]);
    assert.equal(answers().find(({ id }) => id === 3)?.kind, 'answer');
  });

  it('refuses an id that is in use without ending the call that has it', async () => {
    const { call, open, settle, errors, running, answers } = served();
    await open(1);
    call(2, 'score', { session: 1, items: [item('a')] });
    call(2, 'score', { session: 1, items: [item('b')] });
    await settle();
    running.pop()?.finish();
    await settle();
    assert.deepEqual(errors(), [{ id: null, code: 'bad-message' }]);
    assert.equal(answers().filter(({ id, kind }) => id === 2 && kind === 'answer').length, 1);
  });

  it('lets only so many calls wait', async () => {
    const { call, open, errors } = served();
    await open(1);
    for (let id = 2; id <= MAX_QUEUE + 4; id++) call(id, 'score', { session: 1, items: [] });
    assert.deepEqual(
      errors(),
      [MAX_QUEUE + 3, MAX_QUEUE + 4].map((id) => ({ id, code: 'busy' })),
    );
  });
});

describe('cancel in the message loop', () => {
  it('takes a waiting call out of the queue unread', async () => {
    const { call, open, receive, settle, running, errors } = served();
    await open(1);
    call(2, 'score', { session: 1, items: [item('a')] });
    call(3, 'score', { session: 1, items: [item('b')] });
    receive({ kind: 'cancel', id: 3 });
    assert.deepEqual(errors(), [{ id: 3, code: 'cancelled' }]);
    await settle();
    running.pop()?.finish();
    await settle();
    assert.equal(running.length, 0);
  });

  it('answers once for work that does not listen, and holds the next call until it has ended', async () => {
    const { call, open, receive, settle, running, errors, answers } = served();
    await open(1);
    call(2, 'score', { session: 1, items: [item('deaf')] });
    call(3, 'score', { session: 1, items: [item('next')] });
    await settle();
    receive({ kind: 'cancel', id: 2 });
    receive({ kind: 'cancel', id: 2 });
    assert.equal(running[0]?.signal.aborted, true);
    await wait(600);
    assert.deepEqual(errors(), [{ id: 2, code: 'cancelled' }]);
    assert.equal(running.length, 1, 'two computations at once on one backend');
    running.shift()?.finish();
    await settle();
    running.shift()?.finish();
    await settle();
    assert.deepEqual(
      answers().map(({ id, kind }) => `${kind} ${id}`),
      ['answer 1', 'error 2', 'answer 3'],
    );
  });

  it('closes a model that was opened in vain', async () => {
    const { call, receive, settle, running, errors, disposed } = served();
    call(1, 'open', { base: 'vain', backend: 'cpu', deterministic: false });
    await settle();
    receive({ kind: 'cancel', id: 1 });
    running.pop()?.finish();
    await settle();
    assert.deepEqual([errors(), disposed], [[{ id: 1, code: 'cancelled' }], ['vain']]);
  });

  it('of a call that is long done or never was does nothing', async () => {
    const { open, receive, settle, answers } = served();
    await open(1);
    for (const id of [1, 99]) receive({ kind: 'cancel', id });
    await settle();
    assert.equal(answers().length, 1);
  });
});

describe('stop', () => {
  it('ends what runs and waits, disposes of the models, then of itself', async () => {
    const { call, open, receive, settle, running, disposed, exits, errors } = served();
    await open(1, 'one');
    await open(2, 'two');
    call(3, 'score', { session: 1, items: [item('a')] });
    call(4, 'score', { session: 1, items: [item('b')] });
    await settle();
    receive({ kind: 'stop' });
    call(5, 'score', { session: 1, items: [] });
    assert.deepEqual(disposed, [], 'a model was freed under a computation');
    running.pop()?.finish(new DOMException('', 'AbortError'));
    await wait(50);
    assert.deepEqual(disposed, ['one', 'two']);
    assert.deepEqual(
      errors()
        .map(({ id, code }) => `${id} ${code}`)
        .toSorted(),
      ['3 cancelled', '4 cancelled', '5 cancelled'],
    );
    assert.equal(exits[0], 0);
  });
});

describe('the wire', () => {
  it('is the port that the shell hands to a utility process, and what is said before it came is not lost', async () => {
    const parent = new EventEmitter();
    const wire = parentTransport({
      parentPort: { postMessage: () => assert.fail('the shell is not to read along'), on: parent.on.bind(parent) },
      on: process.on,
      once: process.once,
    });
    const received: unknown[] = [];
    let gone = false;
    wire.onMessage((message) => received.push(message));
    wire.onGone(() => (gone = true));
    wire.send('early');
    const { port1, port2 } = new MessageChannel();
    const arrived: unknown[] = [];
    port2.on('message', (message) => arrived.push(message));
    // As Electron's ports have it: an event with the data in it.
    const port = {
      postMessage: (message: unknown) => port1.postMessage(message),
      on: (event: string, listener: (event: { data: unknown }) => void) =>
        port1.on(event, (data: unknown) => listener({ data })),
      start: () => port1.start(),
    };
    parent.emit('message', { data: 'something else', ports: [] });
    parent.emit('message', { data: WIRE, ports: [port] });
    port2.postMessage('in');
    while (received.length === 0 || arrived.length === 0) await setImmediate();
    assert.deepEqual([arrived, received, gone], [['early'], ['in'], false]);
    port2.close();
    while (!gone) await setImmediate();
  });

  it('is missed with a sentence when the engine is started by hand', () => {
    assert.throws(() => parentTransport({ on: process.on, once: process.once }), /run `moderato` instead/);
  });
});
