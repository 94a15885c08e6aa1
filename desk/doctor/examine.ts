/** What works on this computer and why not: the facts behind `doctor`. */
import { accessSync, constants, existsSync, readFileSync, statfsSync } from 'node:fs';
import { availableParallelism, cpus, freemem, release, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { z } from 'zod';
import { reasonOf } from '../reason.ts';
import type { BackendCheck } from '../../engine/contract.ts';
import {
  ACCELERATORS,
  INSTALL_AGAIN,
  findLibraries,
  libraryFolder,
  type Accelerator,
} from '../../engine/ggml/library.ts';
import { readCatalog } from '../models/catalog.ts';
import { chooseModel } from '../models/choose.ts';
import type { Places } from '../models/places.ts';
import { verifyFiles, type FileCheck } from '../models/verify.ts';
import type { Supervisor } from '../supervisor.ts';
import { openModel } from '../triage/scoring.ts';

export interface LibraryReport {
  readonly backend: Accelerator;
  /** null where npm installed no package for it */
  readonly folder: string | null;
  /** what is wrong with it; '' where nothing is */
  readonly reason: string;
}

export interface Measured {
  readonly model: string;
  readonly layout: string;
  /** of one thread */
  readonly tokens_per_second: number;
}

export interface Examination {
  readonly node: string;
  readonly platform: string;
  readonly system: string;
  readonly processor: string;
  /** hardware threads of the computer, and those that the system grants this process */
  readonly cores: { readonly all: number; readonly granted: number };
  readonly memory: { readonly total: number; readonly free: number };
  readonly libraries: readonly LibraryReport[];
  readonly calibration: { readonly file: string; readonly measured: readonly Measured[] };
  readonly folders: readonly { readonly what: string; readonly path: string; readonly reason: string }[];
  readonly models: readonly FileCheck[];
  /** null where it was not asked for */
  readonly backends: readonly BackendCheck[] | null;
  /** the main job on one sentence; null where it was not asked for or there is no adapter */
  readonly trial: Trial | null;
  /** one sentence for each thing that does not work: what to do */
  readonly hints: readonly string[];
}

export type Trial =
  | {
      readonly status: 'works';
      readonly adapter: string;
      readonly backend: string;
      readonly layout: string;
      readonly threads: number;
      readonly seconds: number;
      /** build of ggml's CPU library that was loaded; null where the system does not say */
      readonly cpu_variant: string | null;
    }
  | { readonly status: 'failed'; readonly reason: string; readonly remedy: string };

export interface ExamineHooks {
  readonly signal?: AbortSignal;
  readonly onStep?: (what: string) => void;
}

/** `engine`: also tries every backend, reads every model file and scores a sentence. */
export async function examine(
  places: Places,
  engine: Supervisor | null,
  hooks: ExamineHooks = {},
): Promise<Examination> {
  const { signal, onStep } = hooks;
  const hints: string[] = [];
  const libraries = ACCELERATORS.map(libraryReport);
  for (const { backend, reason } of libraries) if (reason !== '') hints.push(`${backend}: ${reason}`);
  if (libraries.every(({ folder }) => folder === null)) {
    hints.push(`No native libraries are installed. ${INSTALL_AGAIN}`);
  }
  const folders = [
    folderReport('calibration', dirname(places.calibrationFile)),
    folderReport('added models', places.modelsFolder),
  ];
  for (const { what, reason } of folders) if (reason !== '') hints.push(`The folder of ${what} ${reason}`);
  let models: readonly FileCheck[] = [];
  let adapter = false;
  try {
    const catalog = readCatalog(places);
    adapter = catalog.defaultAdapter !== undefined;
    if (!adapter) {
      hints.push('No adapter comes with this program: train one with `moderato train` and name it with --adapter.');
    }
    onStep?.('Checking the model files');
    models = await verifyFiles(catalog, { signal, whole: engine !== null });
    for (const { id, status } of models) {
      if (status !== 'ok') hints.push(`The file of ${id} is ${status}: get it again.`);
    }
  } catch (error) {
    hints.push(reasonOf(error));
  }
  let backends: readonly BackendCheck[] | null = null;
  let trial: Trial | null = null;
  if (engine !== null) {
    onStep?.('Trying every backend in a process of its own');
    backends = await engine.verifyBackends({ calibrationFile: places.calibrationFile }, { signal });
    for (const { backend, status, reason } of backends) {
      if (status === 'refused') hints.push(`${backend} is not used: ${reason ?? 'it failed its check'}`);
    }
    if (adapter) {
      onStep?.('Scoring a sentence');
      trial = await tryMainJob(places, engine, signal);
    }
    if (trial?.status === 'failed') hints.push(`${trial.reason} ${trial.remedy}`.trim());
  }
  return {
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    system: release(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: { all: cpus().length, granted: availableParallelism() },
    memory: { total: totalmem(), free: freemem() },
    libraries,
    calibration: { file: places.calibrationFile, measured: measuredIn(places.calibrationFile) },
    folders,
    models,
    backends,
    trial,
    hints,
  };
}

function libraryReport(backend: Accelerator): LibraryReport {
  const folder = libraryFolder(backend);
  if (folder === null) return { backend, folder, reason: '' };
  try {
    findLibraries(folder);
    return { backend, folder, reason: '' };
  } catch (error) {
    return { backend, folder, reason: reasonOf(error) };
  }
}

/** Whether a folder, or the nearest one above it that is there, can be written. */
function folderReport(what: string, path: string): { what: string; path: string; reason: string } {
  let folder = path;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  try {
    accessSync(folder, constants.W_OK);
    const { bavail, bsize } = statfsSync(folder);
    return { what, path, reason: bavail * bsize < 100e6 ? 'is on a disk with less than 100 MB left.' : '' };
  } catch {
    return { what, path, reason: `cannot be written: check the permissions of ${folder}.` };
  }
}

const Remembered = z.record(z.string(), z.object({ layout: z.string(), tokensPerSecond: z.number() }));

function measuredIn(file: string): readonly Measured[] {
  try {
    const remembered = Remembered.parse(JSON.parse(readFileSync(file, 'utf8')));
    return Object.entries(remembered).map(([model, { layout, tokensPerSecond }]) => ({
      model,
      layout,
      tokens_per_second: Math.round(tokensPerSecond),
    }));
  } catch {
    // Not there yet, or of another version: it is measured again when it is needed.
    return [];
  }
}

async function tryMainJob(places: Places, engine: Supervisor, signal: AbortSignal | undefined): Promise<Trial> {
  const started = performance.now();
  try {
    const chosen = await chooseModel(places, {});
    await using session = await openModel(engine, places, chosen, { deterministic: false }, signal);
    const [scored] = await session.score([{ key: 'sentence', text: 'Good morning, everybody.' }], { signal });
    if (scored?.status !== 'scored') throw new Error('The sentence was not scored.');
    const { backend, layout, threads } = session.info;
    const seconds = Math.round((performance.now() - started) / 10) / 100;
    const cpu_variant = cpuVariant(engine.pid);
    return { status: 'works', adapter: chosen.adapter.name, backend, layout, threads, seconds, cpu_variant };
  } catch (error) {
    if (signal?.aborted === true) throw error;
    const remedy: unknown = error instanceof Error ? Reflect.get(error, 'remedy') : undefined;
    const reason = reasonOf(error);
    return { status: 'failed', reason, remedy: typeof remedy === 'string' && !reason.includes(remedy) ? remedy : '' };
  }
}

/** Linux tells which libraries a process has loaded. */
function cpuVariant(pid: number | undefined): string | null {
  try {
    const maps = readFileSync(`/proc/${pid ?? 'none'}/maps`, 'utf8');
    return /libggml-cpu-([a-z0-9_]+)\.so/.exec(maps)?.[1] ?? null;
  } catch {
    return null;
  }
}
