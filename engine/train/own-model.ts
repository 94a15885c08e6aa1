/** The model file that full training makes. */
import { basename } from 'node:path';
import type { Adapter } from '../adapter/adapter.ts';
import { modulesOf } from '../adapter/methods.ts';
import type { Parameters } from '../adapter/parameters.ts';
import { readGguf } from '../ggml/gguf/read.ts';
import { fileSha256 } from '../model/file-hash.ts';
import { assertWritable, writeModel } from '../model/write.ts';
import type { Scorer } from '../score/scorer.ts';
import type { GradientMethod } from './rows.ts';

/** Where the model goes that a method makes; null where it makes none. Throws RangeError where it could not be written. */
export function ownModel(
  { basePath, reader }: Scorer,
  { modules }: GradientMethod,
  file: string | undefined,
): string | null {
  if (modules?.method !== 'full') return null;
  if (file === undefined) throw new RangeError('Full training makes a model, which needs a file of its own.');
  const { hyper, depth } = reader.model;
  const { parameters } = modulesOf(modules, hyper, depth, {
    rowNorms: () => new Float32Array(),
    weights: (layer, name) => reader.model.weight(layer, name) && new Float32Array(),
  });
  using base = readGguf(basePath);
  assertWritable(
    base,
    parameters.map(({ name }) => name),
  );
  return file;
}

/** Writes it, and says by which name and hash an adapter knows it. Throws GgufWriteError. */
export async function writtenModel(
  { basePath, info, reader }: Scorer,
  parameters: Parameters,
  file: string,
): Promise<Adapter['base']> {
  const own = parameters.all.filter(({ role }) => role !== 'head');
  using base = readGguf(basePath);
  writeModel(file, base, reader.model.backend.native, new Map(own.map(({ name }) => [name, parameters.get(name)])));
  return { ...info.base, name: basename(file), sha256: await fileSha256(file) };
}
