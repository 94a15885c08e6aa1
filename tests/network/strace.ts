/** Runs a program under strace and tells every internet socket that it or any process it starts asks for. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Traced {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** strace's own lines, one per system call on an AF_INET or AF_INET6 socket */
  readonly internet: readonly string[];
  /** of these, the ones that reach out: a connection, or a packet to an address */
  readonly reached: readonly string[];
  /** processes and threads that were followed */
  readonly followed: number;
}

const MISSING = 'strace is not installed, so nothing is known about the network. Install it: apt-get install strace';

/**
 * @param during what is done with the program while it runs, until it is told to end
 * @throws Error with the line that installs strace where it is missing
 */
export async function underStrace(
  command: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv = process.env,
  during: (child: ChildProcess) => Promise<void> = async () => {},
): Promise<Traced> {
  const folder = await mkdtemp(join(tmpdir(), 'moderato-strace-'));
  const log = join(folder, 'trace');
  try {
    // Sockets are what there is to see: without one there is neither a connection nor a question to a name server.
    const options = [
      '--follow-forks',
      '--seccomp-bpf',
      '-e',
      'trace=socket,bind,connect,sendto,sendmsg,sendmmsg',
      '-e',
      'signal=none',
      '-o',
      log,
    ];
    // A group of its own: strace that is ended leaves what it follows behind.
    const child = spawn('strace', [...options, ...command], { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const printed = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (printed.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (printed.stderr += chunk.toString()));
    const closed = once(child, 'close').catch((error: unknown) => {
      const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      throw missing ? new Error(MISSING, { cause: error }) : error;
    });
    await during(child).catch((error: unknown) => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      throw error;
    });
    const [code] = (await closed) as [number | null];
    const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '');
    const internet = lines.filter((line) => /\bAF_INET6?\b/.test(line));
    return {
      code,
      ...printed,
      internet,
      reached: internet.filter((line) => /^\d+\s+(<\.\.\. )?(connect|sendto|sendmsg|sendmmsg)\b/.test(line)),
      followed: new Set(lines.map((line) => line.split(' ', 1)[0])).size,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}
