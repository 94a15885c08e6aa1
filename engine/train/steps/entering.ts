/**
 * What enters the lowest trained layer, once for all texts: the frozen layers below it give the same in every epoch. It
 * stays in memory up to a bound, and beyond it in a file that nobody can read without the key in this process: states of
 * messages are messages.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Graph } from '../../ggml/graph.ts';
import { Batch, nodesOf } from '../../model/batch.ts';
import { eachBatch, pooledStates, type Reader } from '../../score/pooled-states.ts';
import { TrainingError } from '../errors.ts';
import type { Entering } from './step.ts';

/** Gives what enters for some texts, by their indices. */
export interface Entrance extends Disposable {
  readonly kind: Entering['kind'];
  of(texts: readonly number[]): Entering;
}

export interface EntranceOptions {
  /** −1 or 0: token ids, since nothing frozen lies below */
  readonly lowest: number;
  /** bytes of states in memory, at most */
  readonly memory: number;
  readonly signal?: AbortSignal | undefined;
  /** how many more texts have gone through the frozen layers */
  readonly onTexts?: ((texts: number) => void) | undefined;
}

export async function entranceOf(
  reader: Reader,
  texts: readonly Int32Array[],
  { lowest, memory, signal, onTexts }: EntranceOptions,
): Promise<Entrance> {
  if (lowest <= 0)
    return {
      kind: 'ids',
      of: (chosen) => ({ kind: 'ids', texts: chosen.map((text) => texts[text] ?? new Int32Array()) }),
      [Symbol.dispose]: () => {},
    };
  const states = new StateStore(memory);
  try {
    const take = (text: number, state: Float32Array) => states.put(text, state);
    if (lowest === reader.model.depth) await pooledStates(reader, texts, take, { signal, onBatch: onTexts });
    else await layerStates(reader, texts, lowest, take, { signal, onTexts });
  } catch (error) {
    states[Symbol.dispose]();
    throw error;
  }
  const kind = lowest === reader.model.depth ? 'pooled' : 'states';
  return {
    kind,
    of: (chosen) => ({ kind, texts: chosen.map((text) => states.get(text)) }),
    [Symbol.dispose]: () => states[Symbol.dispose](),
  };
}

/** What layer `upTo` is given for each text: (C, length). */
async function layerStates(
  { model, lanes, tokenBudget, pooling }: Reader,
  texts: readonly Int32Array[],
  upTo: number,
  take: (text: number, states: Float32Array) => void,
  { signal, onTexts }: Pick<EntranceOptions, 'signal' | 'onTexts'>,
): Promise<void> {
  const { width } = model.hyper;
  await eachBatch({ lanes, tokenBudget }, texts, signal, async (members, batch, lane) => {
    await using graph = new Graph(lane.backend, nodesOf(model, { trains: false, modules: undefined }), lane.memory);
    const lengths = batch.map(({ length }) => length);
    const pass = new Batch(graph, model, lengths, { trains: false, to: upTo });
    graph.finish([pass.states]);
    pass.upload(batch, pooling);
    await graph.compute();
    const states = pass.states.download();
    let row = 0;
    members.forEach((member, i) => {
      const end = row + (lengths[i] ?? 0);
      take(member, states.slice(row * width, end * width));
      row = end;
    });
    onTexts?.(members.length);
  });
}

/** Bytes of one piece of the cipher's counter. */
const CIPHER_BLOCK = 16;

/** Writes bytes from `offset` on, at most `length` of them, at a place of a file, and gives how many. */
export type WriteAt = (handle: number, bytes: Uint8Array, offset: number, length: number, position: number) => number;

/** Arrays by number, in memory up to a bound, the rest in an encrypted file that is gone with its owner. */
export class StateStore implements Disposable {
  readonly #inMemory = new Map<number, Float32Array>();
  readonly #onDisk = new Map<number, { readonly at: number; readonly bytes: number }>();
  readonly #key = randomBytes(32);
  readonly #write: WriteAt;
  #room: number;
  #scratch: { readonly folder: string; readonly handle: number; size: number } | null = null;

  /** @param memory bytes */
  constructor(memory: number, write: WriteAt = writeSync) {
    this.#room = memory;
    this.#write = write;
  }

  /** bytes on disk */
  get spilled(): number {
    return this.#scratch?.size ?? 0;
  }

  /** Throws TrainingError where the disk of the temporary folder refuses. */
  put(number: number, values: Float32Array): void {
    if (values.byteLength <= this.#room) {
      this.#room -= values.byteLength;
      this.#inMemory.set(number, values.slice());
      return;
    }
    const scratch = (this.#scratch ??= onScratch(openScratch));
    const plain = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const bytes = createCipheriv('aes-256-ctr', this.#key, counterAt(scratch.size)).update(plain);
    // A disk that is nearly full takes a part first.
    for (let done = 0; done < bytes.length;)
      done += onScratch(() => this.#write(scratch.handle, bytes, done, bytes.length - done, scratch.size + done));
    this.#onDisk.set(number, { at: scratch.size, bytes: plain.length });
    scratch.size += Math.ceil(plain.length / CIPHER_BLOCK) * CIPHER_BLOCK;
  }

  get(number: number): Float32Array {
    const held = this.#inMemory.get(number);
    if (held) return held;
    const place = this.#onDisk.get(number);
    if (!place || !this.#scratch) throw new RangeError(`There are no states of text ${number}.`);
    const bytes = new Uint8Array(place.bytes);
    const { handle } = this.#scratch;
    for (let done = 0; done < bytes.length;) {
      const read = onScratch(() => readSync(handle, bytes, done, bytes.length - done, place.at + done));
      if (read === 0) throw new RangeError(`The states of text ${number} end too early.`);
      done += read;
    }
    const plain = createDecipheriv('aes-256-ctr', this.#key, counterAt(place.at)).update(bytes);
    return new Float32Array(new Uint8Array(plain).buffer);
  }

  [Symbol.dispose](): void {
    this.#inMemory.clear();
    if (!this.#scratch) return;
    closeSync(this.#scratch.handle);
    rmSync(this.#scratch.folder, { recursive: true, force: true });
    this.#scratch = null;
  }
}

function openScratch() {
  const folder = mkdtempSync(join(tmpdir(), 'moderato-states-'));
  try {
    const handle = openSync(join(folder, 'states'), 'wx+', 0o600);
    // Its name goes at once where the system allows that: what a killed process had open is gone with it.
    if (process.platform !== 'win32') rmSync(folder, { recursive: true, force: true });
    return { folder, handle, size: 0 };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Errors of the system about the scratch file, in words. */
function onScratch<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const why =
      code === 'ENOSPC' || code === 'EDQUOT'
        ? `the disk of the temporary folder is full (${tmpdir()})`
        : `the temporary folder cannot be used (${tmpdir()}: ${error instanceof Error ? error.message : String(error)})`;
    throw new TrainingError(
      `What the frozen layers make of the texts did not fit into the memory, and ${why}.`,
      'Free some space there, name another folder with TMPDIR, or allow more memory (--memory).',
    );
  }
}

/** No two pieces share a part of the key stream: the counter is where a piece begins. */
function counterAt(position: number): Uint8Array {
  const counter = new Uint8Array(CIPHER_BLOCK);
  new DataView(counter.buffer).setBigUint64(8, BigInt(position / CIPHER_BLOCK));
  return counter;
}
