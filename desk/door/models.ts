import type { z } from 'zod';
import type { Model } from '../contract/models.ts';
import { DeskError } from '../errors.ts';
import { addModel } from '../models/add.ts';
import { readCatalog, type CatalogModel } from '../models/catalog.ts';
import { getModel, hostsOf } from '../models/get.ts';
import { verifyFiles } from '../models/verify.ts';
import { door } from './door.ts';

export const modelCalls = {
  list: door.models.list.handler(({ context }) => {
    const { models, adapters, defaultAdapter, offers } = readCatalog(context.desk.options.places);
    return {
      models: models.map(modelOf),
      adapters: adapters.map(({ id, title, size, sha256, path }) => ({ id, title, size, sha256, path })),
      defaultAdapter: defaultAdapter?.id ?? null,
      offers: offers.map((offer) => ({ ...factsOf(offer), hosts: [...hostsOf(offer)], why: offer.why })),
    };
  }),

  add: door.models.add.handler(async ({ context, input, signal }) => {
    const { model, known } = await addModel(context.desk.options.places, input.path, { ...(signal && { signal }) });
    return { model: modelOf(model), known };
  }),

  get: door.models.get.handler(async function* ({ context, input, signal }) {
    const { places } = context.desk.options;
    const offer = readCatalog(places).offers.find(({ id }) => id === input.id);
    if (offer === undefined)
      throw new DeskError(
        'not-found',
        `There is no model called ${input.id} to fetch.`,
        'List the models and choose one.',
      );
    const hosts = hostsOf(offer);
    if (!hosts.every((host) => input.hosts.includes(host)))
      throw new DeskError(
        'not-allowed',
        `It would connect to ${hosts.join(', ')}.`,
        'Show these names first, and ask.',
      );
    for await (const step of getModel(places, offer, signal)) {
      if (step.kind === 'done') yield { kind: 'done' as const, model: modelOf(step.model) };
      else if (step.kind !== 'hosts') yield step;
    }
  }),

  verify: door.models.verify.handler(async ({ context, signal }) => {
    const checks = await verifyFiles(readCatalog(context.desk.options.places), { signal });
    return checks.map(({ id, path, status, reason }) => ({ id, path, status, reason }));
  }),
};

const modelOf = (model: CatalogModel): z.infer<typeof Model> => ({
  ...factsOf(model),
  origin: model.origin,
  path: model.path,
});

const factsOf = (model: Omit<CatalogModel, 'origin' | 'path'>) => ({
  id: model.id,
  title: model.title,
  licence: model.licence,
  size: model.size,
  sha256: model.sha256,
  architecture: model.architecture,
  languages: [...model.languages],
  layers: model.layers,
  width: model.width,
});
