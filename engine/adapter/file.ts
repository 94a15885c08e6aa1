/**
 * The adapter file: a GGUF with `general.type` = adapter, everything of ours under `moderato.*`. llama.cpp reads adapters
 * whose `adapter.type` is lora and refuses others by name, so a probe can never be taken for a LoRA there.
 */
import { z } from 'zod';
import { readGguf, type GgufFile } from '../ggml/gguf/read.ts';
import { GgufStrings } from '../ggml/gguf/strings.ts';
import { f32, str, u32, type GgufValue } from '../ggml/gguf/values.ts';
import { encodeGguf } from '../ggml/gguf/write.ts';
import {
  AdapterDescription,
  METHODS,
  NgramLengths,
  type Adapter,
  type Linear,
  type NgramWeights,
  type TrainedModules,
  widthOf,
} from './adapter.ts';
import type { Hyperparameters } from '../model/hyperparameters.ts';
import { AdapterBaseMismatch, AdapterError, DAMAGED, NEW } from './errors.ts';
import { gateRateKeys, hasGates, readGateRates } from './gate-rates.ts';
import { linearTensors, matrixTensor, readLinear, readMatrix } from './linear.ts';
import { ModuleSettings, modulesOf } from './methods.ts';

/** What a method that trains modules was told, as JSON. */
const SETTINGS = 'moderato.settings';

/** Methods that add nothing to the layers; `full` has made its base model anew instead. */
const HEADS_ALONE: readonly string[] = ['probe', 'mlp', 'full'];

/** Raised when an older program could misread a newer file. */
const FORMAT = 1;

/** Where each part of the description stands in the file, for reading and for messages. */
const KEYS: Readonly<Record<keyof AdapterDescription, string>> = {
  name: 'general.name',
  method: 'adapter.type',
  base: 'moderato.base',
  exitDepth: 'moderato.exit_depth',
  pooling: 'moderato.pooling',
  instruction: 'moderato.instruction',
  task: 'moderato.task',
  labels: 'moderato.labels',
  neutralLabel: 'moderato.neutral_label',
  temperature: 'moderato.temperature',
  thresholds: 'moderato.thresholds',
  languages: 'moderato.languages',
  training: 'moderato.training',
};

/**
 * The bytes of an adapter file.
 * @throws AdapterError where a number is not finite, a shape does not fit or a text is too long
 */
export function encodeAdapter(adapter: Adapter): Uint8Array<ArrayBuffer> {
  const { head, hidden, modules, gateRates, ngrams, ...rest } = adapter;
  const a = checked(rest, NEW);
  const metadata: [string, GgufValue][] = [
    ['general.type', str('adapter')],
    ['general.architecture', str(a.base.architecture)],
    [KEYS.name, str(a.name)],
    [KEYS.method, str(a.method)],
    ['moderato.format', u32(FORMAT)],
    [`${KEYS.base}.name`, str(a.base.name)],
    [`${KEYS.base}.sha256`, str(a.base.sha256)],
    [KEYS.exitDepth, u32(a.exitDepth)],
    [KEYS.pooling, str(a.pooling)],
    [KEYS.instruction, str(a.instruction)],
    [KEYS.task, str(a.task)],
    [KEYS.labels, { type: 'arr', of: 'str', value: GgufStrings.of(a.labels) }],
    [KEYS.temperature, { type: 'f64', value: a.temperature }],
    [KEYS.thresholds, { type: 'arr', of: 'f64', value: Float64Array.from(a.thresholds) }],
    [KEYS.languages, { type: 'arr', of: 'str', value: GgufStrings.of(a.languages) }],
    [KEYS.training, str(JSON.stringify(a.training))],
  ];
  if (a.neutralLabel !== null) metadata.push([KEYS.neutralLabel, str(a.neutralLabel)]);
  const tensors = linearTensors('moderato.head', head, a.labels.length);
  if (hidden) tensors.push(...linearTensors('moderato.hidden', hidden, hidden.bias.length));
  if (modules) {
    metadata.push([SETTINGS, str(JSON.stringify(modules.settings))]);
    // llama.cpp wants it of every LoRA adapter.
    if (modules.settings.method === 'lora') metadata.push(['adapter.lora.alpha', f32(modules.settings.alpha)]);
    for (const [name, { ne, values }] of modules.tensors) tensors.push(matrixTensor(name, ne, values));
  }
  if (gateRates) metadata.push(...gateRateKeys(gateRates));
  if (ngrams !== undefined) {
    const { weight, bias, ...lengths } = ngrams;
    const { shortest, longest } = parsed(NgramLengths, lengths, ngramKey, NEW);
    metadata.push([ngramKey(['shortest']), u32(shortest)], [ngramKey(['longest']), u32(longest)]);
    tensors.push(...linearTensors('moderato.ngrams', checkedBuckets({ weight, bias }, NEW), ngramVectors(a)));
  }
  return encodeGguf({ metadata, tensors });
}

/**
 * Reads an adapter from bytes and checks all of it: keys, shapes, finite numbers.
 * @param source the name of the file or workspace entry, for messages
 * @throws GgufError where the GGUF is broken, AdapterError where it is no adapter that this program can use
 */
export function decodeAdapter(bytes: Uint8Array, { source }: { readonly source: string }): Adapter {
  const file = readGguf(bytes, source);
  const description = describe(file, source);
  const taken = new Set<string>();
  const head = readLinear(file, 'moderato.head', description.labels.length, taken);
  const ngrams = file.metadata.has(ngramKey(['shortest'])) ? readNgrams(file, description, taken) : undefined;
  const hidden = file.tensors.has('moderato.hidden.bias')
    ? readLinear(file, 'moderato.hidden', file.requireTensor('moderato.hidden.bias').ne[0] ?? 0, taken)
    : undefined;
  const modules = file.metadata.has(SETTINGS) ? readModules(file, description, taken) : undefined;
  if (!modules && !HEADS_ALONE.includes(description.method))
    throw new AdapterError(
      source,
      `key '${KEYS.method}'`,
      `is ${description.method}, but '${SETTINGS}' is missing`,
      DAMAGED,
    );
  const gateRates = readGateRates(file, gatedLayers(description, modules));
  for (const name of file.tensors.keys()) {
    if (!taken.has(name))
      throw new AdapterError(source, `tensor '${name}'`, `is not known for the method ${description.method}`, DAMAGED);
  }
  return {
    ...description,
    head,
    ...(hidden && { hidden }),
    ...(modules && { modules }),
    ...(gateRates && { gateRates }),
    ...(ngrams && { ngrams }),
  };
}

const gatedLayers = ({ exitDepth }: AdapterDescription, modules: TrainedModules | undefined): number =>
  modules && hasGates(modules.settings) ? exitDepth - modules.settings.from : 0;

/** @throws AdapterBaseMismatch unless `base` is the very file that the adapter was trained on */
export function assertBase(adapter: Adapter, base: { readonly name: string; readonly sha256: string }): void {
  if (adapter.base.sha256 !== base.sha256) throw new AdapterBaseMismatch(adapter.name, adapter.base, base);
}

/**
 * A file that claims the right base can still be wrong about it: its head must have that model's width, its depth exist.
 * @throws AdapterError
 */
export function assertFits(adapter: Adapter, base: Hyperparameters): void {
  const refuse = (place: string, what: string): never => {
    throw new AdapterError(adapter.name, place, what, DAMAGED);
  };
  const width = widthOf(adapter);
  if (width !== base.width)
    refuse("tensor 'moderato.head.weight'", `is for states of ${width} values, the model has ${base.width}`);
  if (adapter.exitDepth > base.blocks) {
    refuse(`key '${KEYS.exitDepth}'`, `is ${adapter.exitDepth}, the model has ${base.blocks} layers`);
  }
  const { modules, gateRates } = adapter;
  const lastToken = gateRates?.tokens.at(-1) ?? 0;
  if (lastToken >= base.vocabulary)
    refuse("key 'moderato.gates.tokens'", `holds ${lastToken}, the model has ${base.vocabulary} tokens`);
  if (!modules) return;
  const expected = expectedTensors(modules, base, adapter, refuse);
  for (const { name, ne } of expected) {
    const found = modules.tensors.get(name)?.ne;
    if (!found) refuse(`tensor '${name}'`, 'is missing');
    else if (found[0] !== ne[0] || found[1] !== ne[1])
      refuse(`tensor '${name}'`, `has the sizes ${found.join(' × ')}, the model needs ${ne.join(' × ')}`);
  }
  const names = new Set(expected.map(({ name }) => name));
  for (const name of modules.tensors.keys()) if (!names.has(name)) refuse(`tensor '${name}'`, 'belongs to no layer');
}

function expectedTensors(
  { settings }: TrainedModules,
  base: Hyperparameters,
  { exitDepth }: Adapter,
  refuse: (place: string, what: string) => never,
) {
  try {
    return modulesOf(settings, base, exitDepth).parameters;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse(`key '${SETTINGS}'`, `does not fit the model: ${error.message}`);
  }
}

function readModules(file: GgufFile, { method }: AdapterDescription, taken: Set<string>): TrainedModules {
  const keyOf = (path: readonly PropertyKey[]) => [SETTINGS, ...path].join('.');
  const stored = readJson(file.metadata.requireString(SETTINGS), SETTINGS, file.name);
  const settings = parsed(ModuleSettings, stored, keyOf, file.name);
  if (settings.method !== method)
    throw new AdapterError(file.name, `key '${SETTINGS}'`, `is for ${settings.method}, not ${method}`, DAMAGED);
  const names = [...file.tensors.keys()].filter((name) => name.startsWith('blk.'));
  return { settings, tensors: new Map(names.map((name) => [name, readMatrix(file, name, taken)])) };
}

function describe({ metadata }: GgufFile, source: string): AdapterDescription {
  const type = metadata.optionalString('general.type');
  if (type !== 'adapter') {
    throw new AdapterError(
      source,
      "key 'general.type'",
      `is ${type ?? 'missing'}, so this is no adapter`,
      'Give an adapter file; base models are chosen with --model',
    );
  }
  const format = metadata.optionalUint('moderato.format');
  if (format === undefined) {
    throw new AdapterError(
      source,
      "key 'moderato.format'",
      'is missing, so this adapter was not made by Moderato',
      'Train an adapter with `moderato train`',
    );
  }
  if (format !== FORMAT) {
    throw new AdapterError(
      source,
      "key 'moderato.format'",
      `is ${format}, this program reads ${FORMAT}`,
      'Install the newer Moderato that made it',
    );
  }
  const method = metadata.requireString(KEYS.method);
  if (!METHODS.some((known) => known === method)) {
    throw new AdapterError(
      source,
      `key '${KEYS.method}'`,
      `is ${method}, this program reads ${METHODS.join(', ')}`,
      'Install the newer Moderato that made it',
    );
  }
  return checked(
    {
      name: metadata.requireString(KEYS.name),
      method,
      base: {
        name: metadata.requireString(`${KEYS.base}.name`),
        sha256: metadata.requireString(`${KEYS.base}.sha256`),
        architecture: metadata.requireString('general.architecture'),
      },
      exitDepth: metadata.requireUint(KEYS.exitDepth),
      pooling: metadata.requireString(KEYS.pooling),
      instruction: metadata.requireString(KEYS.instruction),
      task: metadata.requireString(KEYS.task),
      labels: metadata.requireStrings(KEYS.labels).toArray(),
      neutralLabel: metadata.optionalString(KEYS.neutralLabel) ?? null,
      temperature: metadata.requireFloat(KEYS.temperature),
      thresholds: Array.from(metadata.requireNumbers(KEYS.thresholds)),
      languages: metadata.requireStrings(KEYS.languages).toArray(),
      training: readJson(metadata.requireString(KEYS.training), KEYS.training, source),
    },
    source,
  );
}

function readNgrams(file: GgufFile, description: AdapterDescription, taken: Set<string>): NgramWeights {
  const lengths = {
    shortest: file.metadata.requireUint(ngramKey(['shortest'])),
    longest: file.metadata.requireUint(ngramKey(['longest'])),
  };
  const linear = readLinear(file, 'moderato.ngrams', ngramVectors(description), taken);
  return { ...parsed(NgramLengths, lengths, ngramKey, file.name), ...checkedBuckets(linear, file.name) };
}

const ngramKey = (path: readonly PropertyKey[]): string => ['moderato.ngrams', ...path].join('.');

/** Two labels are told apart by one vector. */
const ngramVectors = ({ labels }: AdapterDescription): number => (labels.length === 2 ? 1 : labels.length);

/** A bucket is found by masking bits, so their number is a power of two. */
function checkedBuckets(linear: Linear, source: string): Linear {
  const buckets = linear.weight.length / linear.bias.length;
  if (Number.isInteger(Math.log2(buckets))) return linear;
  throw new AdapterError(source, "tensor 'moderato.ngrams.weight'", `has ${buckets} buckets, no power of two`, DAMAGED);
}

function checked(description: unknown, source: string): AdapterDescription {
  const keyOf = ([field, ...inner]: readonly PropertyKey[]): string => {
    const key = Object.entries(KEYS).find(([name]) => name === field)?.[1] ?? 'adapter';
    return [key, ...inner].join('.');
  };
  return parsed(AdapterDescription, description, keyOf, source);
}

function parsed<T>(
  schema: z.ZodType<T>,
  value: unknown,
  keyOf: (path: readonly PropertyKey[]) => string,
  source: string,
): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new AdapterError(source, `key '${keyOf(issue?.path ?? [])}'`, issue?.message ?? 'is wrong', DAMAGED);
}

function readJson(text: string, key: string, source: string): Record<string, z.infer<ReturnType<typeof z.json>>> {
  try {
    return z.record(z.string(), z.json()).parse(JSON.parse(text));
  } catch {
    throw new AdapterError(source, `key '${key}'`, 'is no JSON object', DAMAGED);
  }
}
