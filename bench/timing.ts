/**
 * Programs timed in turn. A shared machine is the rule and not the exception, and one busy neighbour halves a program
 * that waits by spinning, so each run is checked for what else took the processor, and disturbed rounds are repeated.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** A run counts as quiet when others had less than this share of all cores. */
export const QUIET = 0.05;
const TICKS_PER_SECOND = 100;

export interface Raced {
  /** median over the rounds that count */
  readonly seconds: number;
  /** median share of all cores that other programs had meanwhile; null where the system does not say */
  readonly others: number | null;
}

/** A program that is loaded and can be timed; Contestant is the real one. */
export interface Timed {
  readonly pid: number | undefined;
  /** runs the first `count` texts and says how long that took inside */
  run(count: number): Promise<{ readonly seconds: number }>;
}

interface Run {
  readonly seconds: number;
  readonly others: number | null;
}

/**
 * Times the first `count` texts in every program: one run each to warm up, then `rounds` rounds in which each has its
 * turn. Up to as many further rounds replace disturbed ones; if there are not enough quiet rounds, the least disturbed
 * count. Returns one result per program, in order.
 */
export async function race(programs: readonly Timed[], count: number, rounds: number): Promise<readonly Raced[]> {
  for (const program of programs) await program.run(count);
  const all: (readonly Run[])[] = [];
  const quiet = (): number => all.filter((round) => disturbance(round) < QUIET).length;
  while (all.length < rounds || (quiet() < rounds && all.length < 2 * rounds)) {
    const round: Run[] = [];
    for (const program of programs) round.push(await timed(program, count));
    all.push(round);
  }
  const counted = all.toSorted((a, b) => disturbance(a) - disturbance(b)).slice(0, rounds);
  return programs.map((_, i) => {
    const runs = counted.flatMap((round) => round[i] ?? []);
    const others = runs.flatMap((run) => run.others ?? []);
    return { seconds: median(runs.map(({ seconds }) => seconds)), others: others.length > 0 ? median(others) : null };
  });
}

/** The faster of two runs: for choosing a setting, where a disturbed run must not decide. */
export async function best(program: Timed, count: number): Promise<number> {
  await program.run(Math.min(count, 64));
  let seconds = Infinity;
  for (let i = 0; i < 2; i++) seconds = Math.min(seconds, (await program.run(count)).seconds);
  return seconds;
}

/** Starts every program in turn, times the first `count` texts, and gives back the fastest, still loaded. */
export async function fastest<P extends Timed & Disposable>(
  starts: readonly (() => Promise<P>)[],
  count: number,
): Promise<P> {
  let winner: { readonly program: P; readonly seconds: number } | undefined;
  for (const start of starts) {
    const program = await start();
    const seconds = starts.length > 1 ? await best(program, count) : 0;
    if (winner && winner.seconds <= seconds) program[Symbol.dispose]();
    else {
      winner?.program[Symbol.dispose]();
      winner = { program, seconds };
    }
  }
  if (!winner) throw new RangeError('no candidate was given');
  return winner.program;
}

/** What to say about a program that was disturbed while it was raced, else null. */
export const disturbed = ({ others }: Raced, program: string): string | null =>
  others !== null && others > QUIET
    ? `  disturbed: other programs had ${(others * 100).toFixed(0)}% of the processor beside ${program}`
    : null;

async function timed(program: Timed, count: number): Promise<Run> {
  const { value, others } = await watched(program.pid, () => program.run(count));
  return { seconds: value.seconds, others };
}

/** What a program does, and the share of all cores that others had meanwhile; null where the system does not say. */
export async function watched<T>(
  pid: number | undefined,
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly others: number | null }> {
  const before = busyTicks();
  const ownBefore = pid === undefined ? null : processTicks(pid);
  const start = performance.now();
  const value = await work();
  const wall = (performance.now() - start) / 1000;
  const after = busyTicks();
  const ownAfter = pid === undefined ? null : processTicks(pid);
  if (before === null || after === null || ownBefore === null || ownAfter === null) return { value, others: null };
  const others = after - before - (ownAfter - ownBefore);
  return { value, others: Math.max(0, others) / (wall * TICKS_PER_SECOND * cpus().length) };
}

const disturbance = (round: readonly Run[]): number => Math.max(...round.map(({ others }) => others ?? 0));

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** Processor time of all programs since the start, idle time left out (Linux). */
function busyTicks(): number | null {
  const line = read('/proc/stat')?.split('\n')[0];
  if (line === undefined) return null;
  const [user = 0, nice = 0, system = 0, , , irq = 0, soft = 0, steal = 0] = line
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return user + nice + system + irq + soft + steal;
}

/** Processor time of one process with all its threads (Linux). */
function processTicks(pid: number): number | null {
  // The name in brackets may hold spaces; the numbers begin after it, user and system time are the 12th and 13th.
  const fields = read(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ');
  return fields ? Number(fields[11]) + Number(fields[12]) : null;
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
