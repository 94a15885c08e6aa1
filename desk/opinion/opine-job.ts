/** Asks a larger model about messages, in the community's own words, and keeps what it says as its opinion. */
import type { z } from 'zod';
import type { OpineStart } from '../contract/jobs.ts';
import type { SpawnEngine } from '../engine/process.ts';
import type { Scored } from '../engine/session.ts';
import { DeskError } from '../errors.ts';
import type { RunHooks } from '../jobs/runner.ts';
import { chooseChatModel } from '../models/choose.ts';
import type { Places } from '../models/places.ts';
import { ownBackends } from '../models/own-backends.ts';
import type { NewOpinion } from '../store/opinions.ts';
import type { Store } from '../store/store.ts';
import { Supervisor } from '../supervisor.ts';
import type { WriterClient } from '../writer/client.ts';
import { questionOf, type OpinionQuestion } from './question.ts';
import { askable, type Askable } from './askable.ts';

export interface OpineDeps {
  readonly store: Store;
  readonly writer: WriterClient;
  readonly places: Places;
  /** starts the engine of second opinions; undefined where there is none */
  readonly spawn: SpawnEngine | undefined;
  /** messages of the queue that nobody decided, the most uncertain first */
  readonly uncertain: () => Promise<Iterable<number>>;
  /** these have an opinion now */
  readonly onItems: (items: readonly number[]) => void;
  /** a sentence for people */
  readonly onNotice: (message: string) => void;
}

export interface OpineReport {
  readonly model: { readonly name: string; readonly sha256: string };
  readonly backend: string;
  /** messages about which it gave an opinion now, and had given the same before */
  readonly asked: number;
  readonly before: number;
  /** left out, because they are decided without any model */
  readonly audit: number;
  /** by label, of those that were asked now */
  readonly labels: Readonly<Record<string, number>>;
  /** by reason */
  readonly notRead: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** Texts of one call: what a stop or a death costs. */
const TOGETHER = 4;
/** A large model on a slow processor takes minutes for a long policy before it gets ahead. */
const STALLED_SECONDS = 1800;

/**
 * What is done is kept: a job that was stopped goes on with the messages that are left.
 * @throws DeskError, ModelFileError, EngineCallError, EngineFailed, WorkspaceError; when the signal aborts
 */
export async function opineJob(
  deps: OpineDeps,
  start: z.infer<typeof OpineStart>,
  { signal, onProgress }: RunHooks,
): Promise<OpineReport> {
  const { store, writer, places, spawn } = deps;
  if (spawn === undefined)
    throw new DeskError('not-allowed', 'No engine for second opinions can be started here.', 'Use the command line.');
  const question = questionOf({ policies: store.policies.list(), labels: store.policies.labels() }, start.policy);
  const base = await chooseChatModel(places, start.model);
  onProgress({ doing: 'Opening the model', done: 0, total: null, unit: '' });
  await using supervisor = new Supervisor(spawn, {
    batchItems: TOGETHER,
    limits: { stalledSeconds: STALLED_SECONDS },
    ...ownBackends(places),
    onNotice: ({ kind, message }) => kind !== 'log' && deps.onNotice(message),
  });
  const { instruction, labels, sha256 } = question;
  await using session = await supervisor.open(
    {
      base,
      backend: 'auto',
      deterministic: false,
      calibrationFile: places.calibrationFile,
      question: { instruction, labels: labels.map(({ name }) => name) },
    },
    { signal },
  );
  const model = session.info.base;
  const chosen = askable(store, start.items ?? (await deps.uncertain()), {
    most: start.items === undefined ? start.top : Infinity,
    isCurrent: (item) => store.opinions.isCurrent(item, { sha256: model.sha256, question: sha256 }),
  });
  const { texts, total } = chosen;
  const began = performance.now();
  const progress = (done: number): void => onProgress({ doing: `Asking ${model.name}`, done, total, unit: 'messages' });
  progress(0);
  const counts = { asked: 0, labels: new Map<string, number>(), notRead: new Map<string, number>() };
  const run = await writer.write('startOpinions', { model: model.name, sha256: model.sha256, question: sha256 });
  let done = 0;
  for await (const scored of session.scoreAll(batches(texts), { signal })) {
    const opinions: NewOpinion[] = [];
    for (const one of scored) {
      const { items } = texts[Number(one.key)] as Askable;
      done += items.length;
      const said = saidOf(one, question);
      if (said === null) add(counts.notRead, one.status === 'not-read' ? one.reason : '', items.length);
      else {
        add(counts.labels, said.name, items.length);
        for (const { item, version } of items)
          opinions.push({ item, version, label: said.label, probability: said.probability });
      }
    }
    counts.asked += await writer.write('writeOpinions', { run, opinions }, { urgent: false });
    deps.onItems(opinions.map(({ item }) => item));
    progress(done);
  }
  return {
    model: { name: model.name, sha256: model.sha256 },
    backend: session.info.backend,
    asked: counts.asked,
    before: chosen.before,
    audit: chosen.audit,
    labels: Object.fromEntries(counts.labels),
    notRead: Object.fromEntries(counts.notRead),
    seconds: Math.round((performance.now() - began) / 100) / 10,
  };
}

async function* batches(texts: readonly Askable[]): AsyncGenerator<{ key: string; text: string }[]> {
  for (let at = 0; at < texts.length; at += TOGETHER)
    yield texts.slice(at, at + TOGETHER).map(({ text }, i) => ({ key: String(at + i), text }));
}

/** The label that it is most likely to answer; the first of those that are equally likely. */
function saidOf(
  scored: Scored,
  { labels }: OpinionQuestion,
): { readonly label: number; readonly name: string; readonly probability: number } | null {
  if (scored.status !== 'scored') return null;
  const probability = Math.max(...scored.probabilities);
  const label = labels[scored.probabilities.indexOf(probability)];
  // Single precision may add up to a little more than 1.
  return label === undefined ? null : { label: label.id, name: label.name, probability: Math.min(1, probability) };
}

const add = (counts: Map<string, number>, name: string, n: number): void =>
  void counts.set(name, (counts.get(name) ?? 0) + n);
