/** The models on this computer: those that come with the program (native-models/catalog.json) and those added to it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ModelFileError } from './errors.ts';
import type { Places } from './places.ts';

/** One base model. A file name, never a path: a catalog points nowhere but beside itself. */
const Entry = z.object({
  id: z.string().min(1),
  file: z.string().regex(/^[^/\\]+\.gguf$/),
  title: z.string().min(1),
  licence: z.string(),
  size: z.int().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  architecture: z.string(),
  languages: z.array(z.string()),
  layers: z.int().min(1),
  width: z.int().min(1),
});
const Adapter = z.object({
  id: z.string().min(1),
  file: z.string().regex(/^[^/\\]+\.gguf$/),
  title: z.string().min(1),
  size: z.int().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
const Catalog = z.object({
  models: z.array(Entry),
  adapters: z.array(Adapter).default([]),
  /** id of the adapter that is used where none is named */
  defaultAdapter: z.string().optional(),
});

export type NewModel = z.infer<typeof Entry>;

/** One file of the catalog and where it lies. */
export interface CatalogModel extends Readonly<NewModel> {
  readonly path: string;
  readonly origin: 'embedded' | 'added';
}

export interface CatalogAdapter extends Readonly<z.infer<typeof Adapter>> {
  readonly path: string;
}

export interface ModelCatalog {
  readonly models: readonly CatalogModel[];
  readonly adapters: readonly CatalogAdapter[];
  readonly defaultAdapter: CatalogAdapter | undefined;
}

const INDEX = 'catalog.json';

/** @throws ModelFileError where a catalog is missing or damaged */
export function readCatalog({ nativeModels, modelsFolder }: Places): ModelCatalog {
  const embedded = read(join(nativeModels, INDEX), 'Get the program again; its checkout is incomplete.');
  const addedIndex = join(modelsFolder, INDEX);
  const added = existsSync(addedIndex)
    ? read(addedIndex, 'Remove the file and add the models again with `moderato models add FILE`.')
    : { models: [] };
  const adapters = embedded.adapters.map((adapter) => ({ ...adapter, path: join(nativeModels, adapter.file) }));
  return {
    models: [
      ...embedded.models.map((model) => ({
        ...model,
        path: join(nativeModels, model.file),
        origin: 'embedded' as const,
      })),
      ...added.models.map((model) => ({ ...model, path: join(modelsFolder, model.file), origin: 'added' as const })),
    ],
    adapters,
    defaultAdapter: adapters.find(({ id }) => id === embedded.defaultAdapter),
  };
}

function read(file: string, remedy: string): z.infer<typeof Catalog> {
  try {
    return Catalog.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const why =
      error instanceof z.ZodError
        ? `${error.issues[0]?.path.join('.') ?? ''}: ${error.issues[0]?.message ?? ''}`
        : String(error instanceof Error ? error.message : error);
    throw new ModelFileError(file, `${file}: the catalog of models cannot be read (${why}).`, remedy, error);
  }
}
