/**
 * A training on disk after an epoch, so that it goes on after a power cut or a kill: parameters, moments, the best epoch and
 * the figures so far. What is drawn at random depends on the seed and the epoch alone, so that nothing else is needed. It
 * holds numbers only, no text.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Parameters } from '../../adapter/parameters.ts';
import { GgufError } from '../../ggml/gguf/errors.ts';
import { readGguf, type GgufFile } from '../../ggml/gguf/read.ts';
import { replaceFile } from '../../ggml/gguf/replace.ts';
import { str } from '../../ggml/gguf/values.ts';
import { encodeGguf, type TensorContent } from '../../ggml/gguf/write.ts';
import type { CheckpointPlace } from '../rows.ts';
import type { Optimiser } from './optimiser.ts';
import type { TrainingState } from './state.ts';
import type { CheckpointKeeper, TrainerInput } from './trainer.ts';

/** A checkpoint that cannot be gone on from. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

const Figures = z.strictObject({
  epochs: z.array(
    z.strictObject({
      epoch: z.int(),
      trainLoss: z.number(),
      devLoss: z.number(),
      devMacroF1: z.number(),
      tokensPerSecond: z.number(),
      seconds: z.number(),
    }),
  ),
  best: z.strictObject({ epoch: z.int(), loss: z.number(), f1: z.array(z.number()) }),
  step: z.int(),
  skipped: z.int(),
  tokens: z.number(),
  seconds: z.number(),
  lossScale: z.number(),
  optimiserSteps: z.int(),
});

const STATE = 'moderato.checkpoint.state';
const FINGERPRINT = 'moderato.checkpoint.fingerprint';
const RUN = 'moderato.checkpoint.run';
const LOGITS = 'best.logits';
const SENSITIVITY = 'sensitivity.';
const UNCERTAINTY = 'uncertainty.';

/** What must be the same for a training to be gone on with: the rows, the labels, the method and all options. */
export function fingerprintOf(
  base: string,
  { train, dev, labels, task, method, options, start }: TrainerInput,
): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify({ base, labels, task, method, options, start: start?.sha256 }));
  for (const part of [train, dev]) {
    hash.update(part.targets);
    for (const text of part.texts) hash.update(text).update('|');
  }
  return hash.digest('hex');
}

/** Which run wrote a checkpoint; '' where it has no name. Throws GgufError. */
export function runOf(bytes: Uint8Array, source: string): string {
  return readGguf(bytes, source).metadata.optionalString(RUN) ?? '';
}

/** Throws RangeError before the first epoch has ended. */
export function encodeCheckpoint(
  fingerprint: string,
  run: string,
  { best, epochs, importance, ...counts }: TrainingState,
  parameters: Parameters,
  optimiser: Optimiser,
): Uint8Array<ArrayBuffer> {
  if (!best) throw new RangeError('There is no epoch to keep yet.');
  const { steps, moments } = optimiser.state;
  const { f1, epoch, loss, logits, values } = best;
  const figures: z.infer<typeof Figures> = {
    ...counts,
    epochs,
    best: { epoch, loss, f1: [...f1] },
    optimiserSteps: steps,
  };
  const tensors: TensorContent[] = [tensor(LOGITS, logits)];
  for (const [name, now] of parameters.values) {
    tensors.push(tensor(`now.${name}`, now), tensor(`best.${name}`, values.get(name) ?? now));
    const moment = moments.get(name);
    if (moment) tensors.push(tensor(`first.${name}`, moment.first), tensor(`second.${name}`, moment.second));
    const weighed = importance.get(name);
    if (!weighed) continue;
    tensors.push(
      tensor(`${SENSITIVITY}${name}`, weighed.sensitivity),
      tensor(`${UNCERTAINTY}${name}`, weighed.uncertainty),
    );
  }
  return encodeGguf({
    metadata: [
      ['general.type', str('checkpoint')],
      [FINGERPRINT, str(fingerprint)],
      [RUN, str(run)],
      [STATE, str(JSON.stringify(figures))],
    ],
    tensors,
  });
}

/** Puts parameters and optimiser where they were and gives the state. Throws CheckpointError, GgufError. */
export function restoreCheckpoint(
  bytes: Uint8Array,
  source: string,
  fingerprint: string,
  parameters: Parameters,
  optimiser: Optimiser,
): TrainingState {
  const file = readGguf(bytes, source);
  if (file.metadata.optionalString(FINGERPRINT) !== fingerprint)
    throw new CheckpointError(
      `${source} belongs to another training: rows, model, method and options must be the same. Start without --resume to train anew.`,
    );
  const { best, optimiserSteps, ...figures } = Figures.parse(JSON.parse(file.metadata.requireString(STATE)));
  const moments = new Map<string, { first: Float32Array; second: Float32Array }>();
  const values = new Map<string, Float32Array>();
  for (const [name, now] of parameters.values) {
    now.set(read(file, `now.${name}`, now.length));
    values.set(name, read(file, `best.${name}`, now.length));
    moments.set(name, {
      first: read(file, `first.${name}`, now.length),
      second: read(file, `second.${name}`, now.length),
    });
  }
  optimiser.restore({ steps: optimiserSteps, moments });
  const weighed = parameters.all.filter(({ name }) => file.tensors.has(`${SENSITIVITY}${name}`));
  const importance = new Map(
    weighed.map(({ name, ne }) => {
      const values = (kind: string) => read(file, `${kind}${name}`, ne[0] * ne[1]);
      return [name, { sensitivity: values(SENSITIVITY), uncertainty: values(UNCERTAINTY) }];
    }),
  );
  return { ...figures, importance, best: { ...best, logits: read(file, LOGITS), values } };
}

const tensor = (name: string, values: Float32Array): TensorContent => ({
  name,
  type: 'f32',
  ne: [values.length],
  data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
});

function read(file: GgufFile, name: string, length?: number): Float32Array {
  const stored = file.requireTensor(name);
  if (stored.type !== 'f32' || (length !== undefined && stored.byteLength !== 4 * length))
    throw new CheckpointError(`${file.name}: ${name} does not fit. Start without --resume to train anew.`);
  const values = new Float32Array(stored.byteLength / 4);
  file.readTensor(stored, new Uint8Array(values.buffer));
  return values;
}

/** A file that is written after every epoch; it stays until the caller has the adapter safe. */
export function keeperOf({ file, resume, run = '', key }: CheckpointPlace, fingerprint: string): CheckpointKeeper {
  const stored = (): Uint8Array => (key ? opened(key, readFileSync(file), file) : readFileSync(file));
  return {
    restore(parameters, optimiser) {
      const isOwn = run !== '' && existsSync(file) && runIn(stored, file) === run;
      if (!resume && !isOwn) return null;
      if (!existsSync(file)) throw new CheckpointError(`There is no ${file} to go on from. Start without --resume.`);
      return restoreCheckpoint(stored(), file, fingerprint, parameters, optimiser);
    },
    save: (state, parameters, optimiser) =>
      replaceFile(file, (write) => {
        const bytes = encodeCheckpoint(fingerprint, run, state, parameters, optimiser);
        write(key ? sealed(key, bytes) : bytes);
      }),
  };
}

/** Which run wrote this checkpoint; '' for what is none: where nobody asked for it, it is replaced. */
function runIn(stored: () => Uint8Array, file: string): string {
  try {
    return runOf(stored(), file);
  } catch (error) {
    if (error instanceof GgufError || error instanceof CheckpointError) return '';
    throw error;
  }
}

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Nonce, tag, and what only the key opens. */
function sealed(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce);
  const content = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), content]);
}

/** Throws CheckpointError for another key, or bytes that somebody changed. */
function opened(key: Uint8Array, bytes: Uint8Array, file: string): Uint8Array {
  const content = bytes.subarray(NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES));
  try {
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(content), decipher.final()]);
  } catch {
    throw new CheckpointError(`${file} was made with another key, or it is damaged. Train anew.`);
  }
}
