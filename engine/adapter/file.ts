/**
 * The adapter file: a GGUF with `general.type` = adapter, everything of ours under `moderato.*`. llama.cpp reads adapters
 * whose `adapter.type` is lora and refuses others by name, so a probe can never be taken for a LoRA there.
 */
import { z } from 'zod';
import { readGguf, type GgufFile } from '../ggml/gguf/read.ts';
import { GgufStrings } from '../ggml/gguf/strings.ts';
import { str, u32, type GgufValue } from '../ggml/gguf/values.ts';
import { encodeGguf, type TensorContent } from '../ggml/gguf/write.ts';
import { AdapterDescription, METHODS, type Adapter, type Linear } from './adapter.ts';
import { AdapterBaseMismatch, AdapterError } from './errors.ts';

/** Raised when an older program could misread a newer file. */
const FORMAT = 1;
const NEW = 'new adapter';
const RETRAIN = 'The file is damaged or was made by another program; get it again or train anew';

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
  const { head, ngrams, ...rest } = adapter;
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
  if (ngrams !== undefined) {
    metadata.push(['moderato.ngrams.settings', str(JSON.stringify(ngrams.settings))]);
    tensors.push(...linearTensors('moderato.ngrams', ngrams, a.labels.length));
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
  const outputs = description.labels.length;
  const taken = new Set<string>();
  const head = readLinear(file, 'moderato.head', outputs, taken);
  const settings = file.metadata.optionalString('moderato.ngrams.settings');
  const ngrams =
    settings === undefined
      ? undefined
      : {
          ...readLinear(file, 'moderato.ngrams', outputs, taken),
          settings: readJson(settings, 'moderato.ngrams.settings', source),
        };
  for (const name of file.tensors.keys()) {
    if (!taken.has(name))
      throw new AdapterError(source, `tensor '${name}'`, `is not known for the method ${description.method}`, RETRAIN);
  }
  return { ...description, head, ...(ngrams && { ngrams }) };
}

/** @throws AdapterBaseMismatch unless `base` is the very file that the adapter was trained on */
export function assertBase(adapter: Adapter, base: { readonly name: string; readonly sha256: string }): void {
  if (adapter.base.sha256 !== base.sha256) throw new AdapterBaseMismatch(adapter.name, adapter.base, base);
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

function checked(description: unknown, source: string): AdapterDescription {
  const result = AdapterDescription.safeParse(description);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const [field, ...inner] = issue?.path ?? [];
  const key = field !== undefined && field in KEYS ? KEYS[field as keyof AdapterDescription] : 'adapter';
  throw new AdapterError(source, `key '${[key, ...inner].join('.')}'`, issue?.message ?? 'is wrong', RETRAIN);
}

function readJson(text: string, key: string, source: string): Record<string, z.infer<ReturnType<typeof z.json>>> {
  try {
    return z.record(z.string(), z.json()).parse(JSON.parse(text));
  } catch {
    throw new AdapterError(source, `key '${key}'`, 'is no JSON object', RETRAIN);
  }
}

function linearTensors(name: string, { weight, bias }: Linear, outputs: number): TensorContent[] {
  const inputs = weight.length / outputs;
  if (!Number.isInteger(inputs) || inputs < 1 || bias.length !== outputs) {
    throw new AdapterError(
      NEW,
      `tensor '${name}'`,
      `has ${weight.length} weights and ${bias.length} biases for ${outputs} labels`,
      RETRAIN,
    );
  }
  return (
    [
      [`${name}.weight`, [inputs, outputs], weight],
      [`${name}.bias`, [outputs], bias],
    ] as const
  ).map(([tensor, ne, values]) => {
    assertFinite(values, tensor, NEW, 'Train again with a lower learning rate or stronger regularisation');
    return { name: tensor, type: 'f32', ne, data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
  });
}

function readLinear(file: GgufFile, name: string, outputs: number, taken: Set<string>): Linear {
  const read = (part: string, fits: (ne: readonly number[]) => boolean, expected: string): Float32Array => {
    const tensor = file.requireTensor(`${name}.${part}`);
    const place = `tensor '${tensor.name}'`;
    if (tensor.type !== 'f32')
      throw new AdapterError(file.name, place, `has type ${tensor.type}, f32 is expected`, RETRAIN);
    if (!fits(tensor.ne)) {
      throw new AdapterError(
        file.name,
        place,
        `has the sizes ${tensor.ne.join(' × ')}, ${expected} is expected`,
        RETRAIN,
      );
    }
    taken.add(tensor.name);
    const values = new Float32Array(tensor.byteLength / 4);
    file.readTensor(tensor, new Uint8Array(values.buffer));
    assertFinite(values, tensor.name, file.name, RETRAIN);
    return values;
  };
  return {
    weight: read('weight', (ne) => ne.length === 2 && ne[1] === outputs, `inputs × ${outputs}`),
    bias: read('bias', (ne) => ne.length === 1 && ne[0] === outputs, `${outputs}`),
  };
}

function assertFinite(values: Float32Array, tensor: string, source: string, remedy: string): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new AdapterError(source, `tensor '${tensor}'`, `value ${bad} is ${values[bad]}`, remedy);
}
