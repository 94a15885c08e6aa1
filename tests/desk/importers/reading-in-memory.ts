import { CutError, type Input } from '../../../desk/importers/input.ts';
import { startReading, type Reader } from '../../../desk/importers/reading.ts';
import type { MessageRecord, SourceRow } from '../../../desk/importers/record.ts';
import type { ReadOptions, Summary } from '../../../desk/importers/source.ts';

/** A file that exists only in memory, handed out in pieces of `piece` bytes from one buffer that is used again. */
export function memoryInput(name: string, content: string | Buffer, piece = 1 << 16, breaks = false): Input {
  const bytes = Buffer.from(content);
  return {
    path: `/exports/${name}`,
    member: '',
    name,
    size: bytes.length,
    plain: false,
    modified: null,
    async *bytes() {
      const shared = Buffer.alloc(piece);
      for (let at = 0; at < bytes.length; at += piece) {
        await Promise.resolve();
        const length = bytes.copy(shared, 0, at, at + piece);
        yield shared.subarray(0, length);
        // Whoever kept the chunk without copying it reads this.
        shared.fill(0x21);
      }
      if (breaks) throw new CutError('The archive ends here.');
    },
  };
}

export interface Read {
  readonly rows: readonly SourceRow[];
  readonly batches: readonly number[];
  readonly summary: Summary;
}

/** Reads an input to its end. */
export async function readAll(reader: Reader, input: Input, options: ReadOptions = {}): Promise<Read> {
  const reading = startReading(input, reader, options);
  const rows: SourceRow[] = [];
  const batches: number[] = [];
  for await (const batch of reading) {
    rows.push(...batch);
    batches.push(batch.length);
  }
  return { rows, batches, summary: reading.summary };
}

/** Reads a text, and gives its rows that were not rejected. */
export async function itemsOf(reader: Reader, name: string, content: string | Buffer): Promise<MessageRecord[]> {
  const { rows } = await readAll(reader, memoryInput(name, content));
  return rows.filter((row) => row.status === 'item');
}

/** Whether the counts of a summary add up to the rows that came. */
export function addsUp({ rows, summary }: Read): boolean {
  const sum = Object.values(summary.counts).reduce((all, count) => all + count, 0);
  return sum === rows.length && summary.rows === rows.length;
}
