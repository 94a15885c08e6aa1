/** What a program writes and syncs, call by call, read out of strace's output; and what of it a power cut would leave. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import type { Random } from '../../engine/train/random.ts';

export type FileEvent =
  | { readonly kind: 'write'; readonly file: string; readonly offset: number; readonly data: Buffer }
  | { readonly kind: 'truncate'; readonly file: string; readonly size: number }
  /** `from`: the number of events that had begun when it did: those are safe once it has returned */
  | { readonly kind: 'synced'; readonly file: string; readonly from: number }
  | { readonly kind: 'removed'; readonly file: string }
  /** a line on standard output */
  | { readonly kind: 'said'; readonly line: string };

const CALLS = 'openat,pwrite64,write,fdatasync,fsync,ftruncate,close,unlink,unlinkat';

/** Runs a program under strace and gives what it did to files of one folder, in order. @throws where it fails */
export async function traced(
  command: readonly string[],
  folder: string,
  output: string,
): Promise<readonly FileEvent[]> {
  const child = spawn('strace', ['-f', '-o', output, '-xx', '-s', '100000', '-e', `trace=${CALLS}`, ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the program ended with ${code}: ${stderr.slice(-2000)}`);
  return await readTrace(output, folder);
}

async function readTrace(output: string, folder: string): Promise<readonly FileEvent[]> {
  const events: FileEvent[] = [];
  const files = new Map<number, string>();
  /** calls that another thread's line cut in two, by thread */
  const begun = new Map<string, { readonly call: string; readonly from: number }>();
  for await (const line of createInterface({ input: createReadStream(output) })) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (rest.endsWith('<unfinished ...>')) {
      const call = rest.slice(0, -'<unfinished ...>'.length);
      begun.set(thread, { call, from: events.length });
      // What is written may reach the disk from now on.
      if (/^(pwrite64|write|ftruncate)\(/.test(call)) effect(call, '');
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    if (resumed === null) {
      effect(rest, ' = '.concat(rest.split(' = ').at(-1) ?? ''), events.length);
      continue;
    }
    const { call = '', from = events.length } = begun.get(thread) ?? {};
    begun.delete(thread);
    if (!/^(pwrite64|write|ftruncate)\(/.test(call)) effect(call + (resumed[1] ?? ''), resumed[1] ?? '', from);
  }
  return events;

  function effect(call: string, result: string, from = events.length): void {
    const name = /^(\w+)\(/.exec(call)?.[1];
    const returned = Number(/= (-?\d+)/.exec(result)?.[1] ?? 0);
    if (returned < 0) return;
    const fd = Number(/^\w+\((\d+)/.exec(call)?.[1] ?? -1);
    const file = files.get(fd);
    switch (name) {
      case 'openat': {
        const path = textOf(call).toString();
        if (path.startsWith(folder)) files.set(returned, basename(path));
        return;
      }
      case 'close':
        files.delete(fd);
        return;
      case 'pwrite64':
        if (file !== undefined)
          events.push({
            kind: 'write',
            file,
            offset: Number(/, (\d+)\)? *$/.exec(call.split(' = ')[0] ?? '')?.[1] ?? 0),
            data: textOf(call),
          });
        return;
      case 'write':
        if (fd === 1)
          for (const said of textOf(call).toString().split('\n'))
            if (said !== '') events.push({ kind: 'said', line: said });
        return;
      case 'ftruncate':
        if (file !== undefined) events.push({ kind: 'truncate', file, size: Number(/, (\d+)/.exec(call)?.[1] ?? 0) });
        return;
      case 'fdatasync':
      case 'fsync':
        if (file !== undefined) events.push({ kind: 'synced', file, from });
        return;
      case 'unlink':
      case 'unlinkat': {
        const path = textOf(call).toString();
        if (path.startsWith(folder)) events.push({ kind: 'removed', file: basename(path) });
        return;
      }
      case undefined:
      default:
    }
  }
}

/** The string argument of a call, as `-xx` prints it. */
function textOf(call: string): Buffer {
  const [, hex = ''] = /"((?:\\x[0-9a-f]{2})*)"/.exec(call) ?? [];
  return Buffer.from(hex.replaceAll('\\x', ''), 'hex');
}

/** A sector is written whole or not at all. */
const SECTOR = 512;

/**
 * What lies in the folder after the power went off behind event `cut`: what was synced, and of all else what chance leaves,
 * whole or in part.
 * @param start the files as they were before the first event
 */
export function afterPowerCut(
  start: ReadonlyMap<string, Buffer>,
  events: readonly FileEvent[],
  cut: number,
  random: Random,
): ReadonlyMap<string, Buffer> {
  /** number of events of a file that are safe */
  const safe = new Map<string, number>();
  events.slice(0, cut).forEach((event) => {
    if (event.kind === 'synced') safe.set(event.file, Math.max(safe.get(event.file) ?? 0, event.from));
  });
  const files = new Map(start);
  events.slice(0, cut).forEach((event, at) => {
    if (event.kind === 'removed') files.delete(event.file);
    if (event.kind !== 'write' && event.kind !== 'truncate') return;
    const isSafe = at < (safe.get(event.file) ?? 0);
    if (!isSafe && random() < 0.5) return;
    const before = files.get(event.file) ?? Buffer.alloc(0);
    if (event.kind === 'truncate') {
      files.set(event.file, resized(before, event.size));
      return;
    }
    const whole = isSafe || random() < 0.7;
    const length = whole ? event.data.length : SECTOR * Math.floor((random() * event.data.length) / SECTOR);
    const after = resized(before, Math.max(before.length, event.offset + length));
    event.data.copy(after, event.offset, 0, length);
    files.set(event.file, after);
  });
  return files;
}

function resized(bytes: Buffer, size: number): Buffer {
  const grown = Buffer.alloc(size);
  bytes.copy(grown, 0, 0, Math.min(size, bytes.length));
  return grown;
}
