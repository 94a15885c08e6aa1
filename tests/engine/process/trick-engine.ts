/**
 * An engine entry for tests alone: the real message loop over a scorer that does as the texts say.
 *   `die`           ends the process as a crash would, whenever it is read
 *   `die on gpu`    the same, on any backend but the CPU
 *   `die N PATH`    dies until the file at PATH holds N lines
 *   `hang`          blocks the event loop for ever
 *   `stall`         never gets ahead, while the heart beats
 *   `wait MS`       takes that long
 *   `nonsense`      answers with what no schema allows
 *   `short`         answers for fewer items than were asked
 * Any other text scores its own length. Where TRICK_LOG is set, every key that is read is appended to that file.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { CallInput, CallOutput, Item, ItemScore, SessionInfo } from '../../../engine/contract.ts';
import { runEngine } from '../../../engine/process/run.ts';
import type { WorkHooks, WorkSession } from '../../../engine/process/server.ts';

const die = (): void => {
  process.stderr.write('GGML_ASSERT(trick) failed\n');
  process.kill(process.pid, 'SIGKILL');
  for (;;);
};

class TrickSession implements WorkSession {
  readonly info: SessionInfo;

  constructor(input: CallInput<'open'>) {
    const backend = input.backend === 'auto' ? 'vulkan' : input.backend;
    this.info = {
      backend,
      ...(backend === 'cpu' ? {} : { driver: '1.2.3' }),
      layout: 'none',
      threads: 1,
      depth: input.depth ?? 8,
      width: 2,
      pooling: 'mean',
      labels: ['fine', 'abusive'],
      base: { name: input.base, sha256: '0'.repeat(64), architecture: 'trick' },
      maxTokens: 100,
    };
  }

  async score(items: readonly Item[], hooks: WorkHooks): Promise<readonly ItemScore[]> {
    const scores: ItemScore[] = [];
    for (const { key, text } of items) {
      await this.#read(key, text, hooks.signal);
      if (text === 'nonsense') return [{ key, status: 'scored', probabilities: new Float32Array([Number.NaN]) }];
      if (text === '') scores.push({ key, status: 'not-read', reason: 'empty' });
      else
        scores.push({
          key,
          status: 'scored',
          probabilities: new Float32Array([1 - text.length / 1e6, text.length / 1e6]),
        });
      hooks.onProgress(scores.length);
    }
    return items.some(({ text }) => text === 'short') ? scores.slice(1) : scores;
  }

  async embed(items: readonly Item[], hooks: WorkHooks): Promise<{ states: Float32Array; read: boolean[] }> {
    const states = new Float32Array(items.length * 2);
    for (const [row, { key, text }] of items.entries()) {
      await this.#read(key, text, hooks.signal);
      states.set([text.length, 1], row * 2);
    }
    return { states, read: items.map(({ text }) => text !== '') };
  }

  async #read(key: string, text: string, signal: AbortSignal): Promise<void> {
    const log = process.env['TRICK_LOG'];
    if (log !== undefined) appendFileSync(log, `${key}\n`);
    const [word, count = '', path = ''] = text.split(' ');
    if (text === 'die' || (text === 'die on gpu' && this.info.backend !== 'cpu')) die();
    if (word === 'die' && path !== '' && Number(count) > 0) {
      appendFileSync(path, 'read\n');
      if (readFileSync(path, 'utf8').split('\n').length - 1 <= Number(count)) die();
    }
    if (text === 'hang') for (;;);
    if (text === 'stall') await wait(1e8, undefined, { signal });
    if (word === 'wait') await wait(Number(count), undefined, { signal });
    // A turn of the event loop, as an asynchronous graph would give.
    await new Promise((resolve) => setImmediate(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

runEngine<TrickSession>({
  open: async (input, { signal }) => {
    if (input.base === 'die') die();
    if (input.base === 'die on gpu' && input.backend !== 'cpu') die();
    if (input.base === 'slow') await wait(1e8, undefined, { signal });
    // Deaf to its signal, like a native call.
    if (input.base === 'deaf') await wait(1500);
    if (input.base === 'none.gguf')
      throw Object.assign(new Error('no such file'), { code: 'ENOENT', file: input.base });
    return new TrickSession(input);
  },
  train: async (_session, input, hooks): Promise<CallOutput<'train'>> => {
    hooks.onProgress(1, 4, 'steps');
    await new Promise((resolve) => setImmediate(resolve));
    if (input.train.some(({ text }) => text === 'die')) die();
    hooks.onProgress(4, 4, 'steps');
    return { adapter: new Uint8Array([1, 2, 3]), report: { environment: Object.keys(process.env) } };
  },
  explain: () => Promise.resolve({ probabilities: [], words: [], tokens: [], gates: null, usual: null }),
  verifyBackends: () => Promise.resolve([{ backend: 'cpu', status: 'works' }]),
});
