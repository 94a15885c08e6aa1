/** The models on this computer: those that come with the program (native-models/catalog.json, adapters.json) and those added to it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { reasonOf } from '../reason.ts';
import { ModelFileError } from './errors.ts';
import type { Places } from './places.ts';

/** A file name, never a path: a catalog points nowhere but beside itself. */
const fileName = z.string().regex(/^[^/\\]+\.gguf$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const Entry = z.object({
  id: z.string().min(1),
  file: fileName,
  title: z.string().min(1),
  licence: z.string(),
  size: z.int().min(1),
  sha256,
  architecture: z.string(),
  languages: z.array(z.string()),
  layers: z.int().min(1),
  width: z.int().min(1),
});
/** A model that does not come along, and where it can be had. */
const OfferEntry = z.object({
  ...Entry.shape,
  url: z.url(),
  /** where the file's own host may send to: named, like it, before anything is connected to */
  hosts: z.array(z.string()),
  /** for whom it is: a line for people */
  why: z.string(),
});
const Models = z.array(z.union([OfferEntry, Entry]));
const Added = z.array(Entry);
const Adapter = z.object({
  id: z.string().min(1),
  file: fileName,
  title: z.string().min(1),
  size: z.int().min(1),
  sha256,
});
/** The first adapter is the one that is used where none is named. */
const Adapters = z.array(Adapter);

export type NewModel = z.infer<typeof Entry>;
export type Offer = Readonly<z.infer<typeof OfferEntry>>;

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
  /** models that can be fetched and are not here yet */
  readonly offers: readonly Offer[];
}

export const INDEX = 'catalog.json';
const ADAPTERS = 'adapters.json';

/** @throws ModelFileError where a catalog is missing or damaged */
export function readCatalog({ nativeModels, modelsFolder }: Places): ModelCatalog {
  const incomplete = 'Get the program again: it is incomplete.';
  const listed = read(join(nativeModels, INDEX), Models, incomplete);
  const embedded = listed.filter((model) => !('url' in model));
  const index = join(modelsFolder, INDEX);
  const again = 'Remove the file and add the models again with `moderato models add FILE`.';
  const added = existsSync(index) ? read(index, Added, again) : [];
  const list = join(nativeModels, ADAPTERS);
  const known = existsSync(list) ? read(list, Adapters, incomplete) : [];
  const adapters = known.map((adapter) => ({ ...adapter, path: join(nativeModels, adapter.file) }));
  const offers = listed.filter((model) => 'url' in model);
  const here = new Set([...embedded, ...added].map(({ sha256: sum }) => sum));
  return {
    models: [
      ...embedded.map((model) => ({ ...model, path: join(nativeModels, model.file), origin: 'embedded' as const })),
      ...added.map((model) => ({ ...model, path: join(modelsFolder, model.file), origin: 'added' as const })),
    ],
    adapters,
    defaultAdapter: adapters[0],
    offers: offers.filter((offer) => !here.has(offer.sha256)),
  };
}

function read<T>(file: string, shape: z.ZodType<T>, remedy: string): T {
  try {
    return shape.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const why =
      error instanceof z.ZodError
        ? `${error.issues[0]?.path.join('.') ?? ''}: ${error.issues[0]?.message ?? ''}`
        : reasonOf(error);
    throw new ModelFileError(file, `${file}: the list of models cannot be read (${why}).`, remedy, error);
  }
}
