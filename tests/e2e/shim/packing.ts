/**
 * Structured messages as JSON, for the channel between the older runtime and Node 24: the runtime's V8 keeps all buffers in
 * a cage, and its own serialiser (of child processes, of node:v8) ends the process after a while, without a word.
 */

/** A value that JSON has not got stands as an object with this one key. */
const TAG = '\u0000';

const KINDS = { Uint8Array, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array, Float32Array, Float64Array };

export function pack(data: unknown): string {
  return JSON.stringify(data, function (this: Record<string, unknown>, key, plain: unknown) {
    // As it stood there: a Buffer has been turned into a list of numbers by now.
    const value = this[key];
    if (value instanceof ArrayBuffer) return { [TAG]: 'ArrayBuffer', bytes: base64(new Uint8Array(value)) };
    if (typeof value === 'number' && !Number.isFinite(value)) return { [TAG]: 'number', value: String(value) };
    if (!ArrayBuffer.isView(value)) return plain;
    const kind = Object.keys(KINDS).find((name) => value instanceof KINDS[name as keyof typeof KINDS]);
    if (kind === undefined) throw new Error('tests/e2e/shim/packing.ts knows no such array');
    return { [TAG]: kind, bytes: base64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) };
  });
}

export function unpack(packed: string): unknown {
  return JSON.parse(packed, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || !(TAG in value)) return value;
    const tagged = value as { readonly [TAG]: string; readonly bytes?: string; readonly value?: string };
    if (tagged[TAG] === 'number') return Number(tagged.value);
    const bytes = Uint8Array.from(Buffer.from(tagged.bytes ?? '', 'base64'));
    return tagged[TAG] === 'ArrayBuffer' ? bytes.buffer : new KINDS[tagged[TAG] as keyof typeof KINDS](bytes.buffer);
  });
}

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
