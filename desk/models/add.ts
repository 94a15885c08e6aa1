/** Takes base models into this computer's own catalog, and checks that those in it are still what they were. */
import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { reasonOf } from '../reason.ts';
import { readGguf } from '../../engine/ggml/gguf/read.ts';
import { readHyperparameters } from '../../engine/model/hyperparameters.ts';
import { INDEX, readCatalog, type CatalogModel, type NewModel } from './catalog.ts';
import { ModelFileError } from './errors.ts';
import { fileSha256 } from '../../engine/model/file-hash.ts';
import { refuseAdapter, sizeOf } from './file.ts';
import type { Places } from './places.ts';

export type Added = { readonly model: CatalogModel; readonly known: boolean };

export interface AddOptions {
  readonly signal?: AbortSignal;
  /** the file is the program's own and goes where it belongs, instead of a copy */
  readonly moves?: boolean;
  /** what the catalog says of it, instead of what it says itself */
  readonly known?: Pick<NewModel, 'id' | 'title' | 'licence' | 'languages' | 'file'>;
}

/**
 * Takes a GGUF into the folder of models. One that is already there, by SHA-256, is not taken again.
 * @throws GgufError for a damaged file or an architecture that cannot be run, ModelFileError for any other trouble
 */
export async function addModel(places: Places, path: string, options: AddOptions = {}): Promise<Added> {
  const { signal, moves = false } = options;
  const size = await sizeOf(path, 'model');
  const shape = inspect(path);
  const sha256 = await fileSha256(path, signal);
  const catalog = readCatalog(places);
  const known = catalog.models.find((model) => model.sha256 === sha256);
  if (known !== undefined) return { model: known, known: true };
  const entry: NewModel = {
    ...shape,
    ...(options.known && { title: options.known.title, licence: options.known.licence }),
    ...(options.known && { languages: options.known.languages }),
    id: options.known?.id ?? freeId(shape.title, catalog.models),
    file: `${sha256.slice(0, 12)}-${safeName(options.known?.file ?? basename(path))}`,
    size,
    sha256,
  };
  const added = catalog.models.filter(({ origin }) => origin === 'added');
  const target = join(places.modelsFolder, entry.file);
  try {
    mkdirSync(places.modelsFolder, { recursive: true });
    if (moves) renameSync(path, target);
    else {
      copyFileSync(path, `${target}.new`);
      if ((await fileSha256(`${target}.new`, signal)) !== sha256) throw new Error('the copy differs from the file');
      renameSync(`${target}.new`, target);
    }
    const index = join(places.modelsFolder, INDEX);
    const models = [...added.map(({ path: _path, origin: _origin, ...model }) => model), entry];
    writeFileSync(`${index}.new`, JSON.stringify(models, null, 2));
    renameSync(`${index}.new`, index);
  } catch (error) {
    rmSync(`${target}.new`, { force: true });
    if (signal?.aborted === true) throw error;
    throw new ModelFileError(
      target,
      `${path} could not be copied to ${places.modelsFolder}: ${reasonOf(error)}.`,
      'Free some space or check the permissions of that folder; or use the file where it is with --model.',
      error,
    );
  }
  return { model: { ...entry, path: target, origin: 'added' }, known: false };
}

/** What a model file says of itself. Nothing of it reaches native code. */
function inspect(
  path: string,
): Pick<NewModel, 'title' | 'licence' | 'architecture' | 'languages' | 'layers' | 'width'> {
  using file = readGguf(path);
  refuseAdapter(path, file);
  const { architecture, blocks, width } = readHyperparameters(file);
  const languages = file.metadata.has('general.languages') ? file.metadata.requireStrings('general.languages') : null;
  return {
    title: file.metadata.optionalString('general.name') ?? basename(path, '.gguf'),
    licence: file.metadata.optionalString('general.license') ?? 'unknown',
    architecture,
    languages: languages?.toArray() ?? [],
    layers: blocks,
    width,
  };
}

function freeId(title: string, models: readonly CatalogModel[]): string {
  const word =
    title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'model';
  const taken = new Set(models.map(({ id }) => id));
  for (let n = 1; ; n++) {
    const id = n === 1 ? word : `${word}-${n}`;
    if (!taken.has(id)) return id;
  }
}

const safeName = (name: string): string => {
  const plain = name.replace(/[^\w.-]+/g, '-');
  return plain.endsWith('.gguf') ? plain : `${plain}.gguf`;
};
