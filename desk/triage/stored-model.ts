/** A revision of the workspace as a model that can be opened: its own adapter, and its base where that lies now. */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { decodeAdapter } from '../../engine/adapter/file.ts';
import { DeskError } from '../errors.ts';
import { baseOf, type ChosenModel } from '../models/choose.ts';
import type { Places } from '../models/places.ts';
import type { Revision } from '../store/revisions.ts';
import type { Store } from '../store/store.ts';
import { baseSetting } from './shown.ts';

/** @throws DeskError where it has no adapter; AdapterError where that is damaged; ModelFileError where the base is gone */
export function storedModel(store: Store, places: Places, revision: Revision): ChosenModel {
  const adapterBytes = store.revisions.adapter(revision.id);
  if (adapterBytes === null)
    throw new DeskError('not-allowed', `${revision.name} has no adapter.`, 'Score with one first.');
  const adapterFile = `${store.path}, revision ${revision.id}`;
  const adapter = decodeAdapter(adapterBytes, { source: adapterFile });
  // Where it lay when the workspace was scored; the engine compares its SHA-256.
  const last = store.settings.get(baseSetting(adapter.base.sha256), z.string());
  const base = last !== undefined && existsSync(last) ? last : baseOf(places, adapter, adapterFile);
  return { base, adapter, adapterBytes, adapterFile };
}
