/** Which model and adapter a job runs with: those that were named, else the ones that come with the program. */
import { readFile } from 'node:fs/promises';
import { readGguf } from '../../engine/ggml/gguf/read.ts';
import { readHyperparameters } from '../../engine/model/hyperparameters.ts';
import { decodeAdapter } from '../../engine/adapter/file.ts';
import type { Adapter } from '../../engine/adapter/adapter.ts';
import { readCatalog } from './catalog.ts';
import { ModelFileError } from './errors.ts';
import { refuseAdapter, sizeOf } from './file.ts';
import type { Places } from './places.ts';

export interface ModelChoice {
  /** path or catalog id of the base model */
  readonly model?: string | undefined;
  /** path of the adapter */
  readonly adapter?: string | undefined;
}

export interface ChosenModel {
  /** path of the base model's GGUF */
  readonly base: string;
  readonly adapterFile: string;
  readonly adapterBytes: Uint8Array;
  readonly adapter: Adapter;
}

/** Heads and n-gram baselines take a few megabytes; a base model that was named by mistake takes more. */
const LARGEST_ADAPTER = 1 << 30;

/**
 * Reads the adapter and finds its base.
 * @throws ModelFileError where a file is missing, GgufError and AdapterError where one is damaged
 */
export async function chooseModel(places: Places, choice: ModelChoice): Promise<ChosenModel> {
  const catalog = readCatalog(places);
  const adapterFile = choice.adapter ?? catalog.defaultAdapter?.path;
  if (adapterFile === undefined) {
    throw new ModelFileError(
      places.nativeModels,
      'No adapter was named, and none comes with this program.',
      'Train one with `moderato train`, then name it with --adapter.',
    );
  }
  const size = await sizeOf(adapterFile, 'adapter');
  if (size > LARGEST_ADAPTER) {
    throw new ModelFileError(
      adapterFile,
      `${adapterFile} has ${Math.round(size / 1e6)} MB, far more than an adapter.`,
      'Name an adapter with --adapter; base models are named with --model.',
    );
  }
  const adapterBytes = await readFile(adapterFile);
  const adapter = decodeAdapter(adapterBytes, { source: adapterFile });
  const base = await (choice.model === undefined
    ? checked(baseOf(places, adapter, adapterFile))
    : chooseBase(places, choice.model));
  return { base, adapterFile, adapterBytes, adapter };
}

/** Path of a base model that was named by its path or its id in the catalog; the default one where none was. */
export async function chooseBase(places: Places, model: string | undefined): Promise<string> {
  const { models } = readCatalog(places);
  const known = model === undefined ? models[0] : models.find(({ id }) => id === model);
  const path = known?.path ?? model;
  if (path === undefined) {
    throw new ModelFileError(
      places.nativeModels,
      'There is no base model on this computer.',
      'Name one with --model, or take one in with `moderato models add FILE`.',
    );
  }
  return await checked(path);
}

/** Path of a model to be asked, named as `chooseBase` takes it; what it can is seen when it is opened. @throws ModelFileError */
export async function chooseChatModel(places: Places, model: string): Promise<string> {
  const path = readCatalog(places).models.find(({ id }) => id === model)?.path ?? model;
  await sizeOf(path, 'model');
  return path;
}

/** A damaged model is told before the export is read, not after. @throws GgufError, ModelFileError */
async function checked(path: string): Promise<string> {
  await sizeOf(path, 'model');
  using file = readGguf(path);
  refuseAdapter(path, file);
  readHyperparameters(file);
  return path;
}

/** Path of the base model that an adapter names. @throws ModelFileError where it is not on this computer */
export function baseOf(places: Places, adapter: Adapter, adapterFile: string): string {
  const known = readCatalog(places).models.find(({ sha256 }) => sha256 === adapter.base.sha256);
  if (known !== undefined) return known.path;
  throw new ModelFileError(
    adapterFile,
    `${adapterFile} was trained on ${adapter.base.name} (SHA-256 ${adapter.base.sha256}), which is not among the models on this computer.`,
    'Name that model file with --model, or take it in with `moderato models add FILE`.',
  );
}
