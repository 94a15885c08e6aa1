/** What Node 24 has and the older runtime's Node 16 lacks, as far as the shell uses it. */
import { Blob } from 'node:buffer';
import * as streams from 'node:stream/web';

class PlainResponse {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly #body: Uint8Array | null;

  constructor(body: Uint8Array | null, { status = 200, headers = {} }: { status?: number; headers?: object } = {}) {
    this.status = status;
    this.headers = new Map(Object.entries(headers));
    this.#body = body;
  }

  arrayBuffer(): Promise<Uint8Array> {
    return Promise.resolve(this.#body ?? new Uint8Array());
  }
}

const missing: ReadonlyArray<readonly [object, string | symbol, unknown]> = [
  [globalThis, 'Response', PlainResponse],
  [globalThis, 'Blob', Blob],
  // Only asked whether something is one.
  [globalThis, 'FormData', class {}],
  [globalThis, 'File', class {}],
  ...Object.entries(streams).map(([name, value]) => [globalThis, name, value] as const),
  [Symbol, 'asyncDispose', Symbol('asyncDispose')],
  [Symbol, 'dispose', Symbol('dispose')],
  [
    Array.prototype,
    'toReversed',
    function (this: unknown[]) {
      return [...this].reverse();
    },
  ],
  [
    Promise,
    'withResolvers',
    () => {
      let resolve, reject;
      const promise = new Promise((one, two) => ([resolve, reject] = [one, two]));
      return { promise, resolve, reject };
    },
  ],
];
for (const [owner, name, value] of missing)
  if (!(name in owner)) Object.defineProperty(owner, name, { value, configurable: true, writable: true });

export {};
