/** One measured figure beside its peer's, from the same run. */
export interface Figure {
  /** `bench.what`, e.g. `import.csv`. */
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Who is compared with; null where nobody is. */
  readonly peer: string | null;
  readonly peer_value: number | null;
  /** How many times better than the peer; above 1 is ours. */
  readonly ratio: number | null;
}

export interface BenchOptions {
  /** Folder with the data sets, for benches that read them. */
  readonly data: string | null;
  /** Peers that need more than this checkout, named with --peer. */
  readonly peers: readonly string[];
  /** Adapter file that is measured, for benches that take one; null for the one that comes with the program. */
  readonly adapter: string | null;
  /** Multiplies how much is measured; 1 is what the published figures use. */
  readonly scale: number;
  /** Of a bench of tables: those that are wanted, all where none is named. */
  readonly tables: readonly string[];
  /** Of a bench with seeds: those that are wanted, all where none is named. */
  readonly seeds: readonly number[];
  /** Where results are kept that a later run need not make again. */
  readonly results: string | null;
  /** Prints texts of data sets, which are abusive. */
  readonly unmask: boolean;
  /** Says what is being done, for whoever waits. */
  readonly say: (line: string) => void;
}

/** What was asked for cannot be measured: the message is for whoever typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The parts of a bench that are wanted: all where none is named. @param what such a part is called. @throws UsageError */
export function wantedOf<T extends string>(named: readonly string[], all: readonly T[], what: string): readonly T[] {
  const unknown = named.filter((name) => !all.some((one) => one === name));
  if (unknown.length > 0)
    throw new UsageError(`There is no ${what} called ${unknown.join(', ')}; there are ${all.join(', ')}.`);
  return named.length === 0 ? all : all.filter((one) => named.includes(one));
}

/** Figures of a bench that has more to show than them. */
export interface Report {
  readonly figures: readonly Figure[];
  readonly text: string;
}

/** What bench/NAME.ts exports as its default. */
export type Bench = (options: BenchOptions) => Promise<readonly Figure[] | Report>;

/** A figure beside which nothing stands, and of which neither more nor less is better. */
export const plain = (name: string, value: number, unit: string): Figure => ({
  name,
  value,
  unit,
  peer: null,
  peer_value: null,
  ratio: null,
});

/** A figure where more is better (messages per second). */
export function faster(
  name: string,
  value: number,
  unit: string,
  peer?: { readonly name: string; readonly value: number },
): Figure {
  const own = plain(name, value, unit);
  return peer === undefined ? own : { ...own, peer: peer.name, peer_value: peer.value, ratio: value / peer.value };
}

/** A figure where less is better (megabytes, seconds). */
export function smaller(
  name: string,
  value: number,
  unit: string,
  peer?: { readonly name: string; readonly value: number },
): Figure {
  return { ...faster(name, value, unit, peer), ratio: peer === undefined ? null : peer.value / value };
}
