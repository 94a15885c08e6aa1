import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/**
 * Thread counts worth measuring, ascending: {1, cores − 1, performance cores, physical cores}, never above what the
 * system grants this process. ggml's barrier spins, so that one thread too many costs up to fifty times.
 */
export function threadCandidates({
  foreground = false,
}: { readonly foreground?: boolean | undefined } = {}): readonly number[] {
  const granted = availableParallelism();
  const limit = foreground ? Math.max(1, granted - 1) : granted;
  const counts = [1, granted - 1, performanceCores(), physicalCores()];
  return [...new Set(counts.map((n) => Math.min(n ?? granted, limit)))].filter((n) => n >= 1).sort((a, b) => a - b);
}

/** Cores without their second hardware threads, or null where the system does not say. */
function physicalCores(): number | null {
  if (process.platform === 'darwin') return sysctl('hw.physicalcpu');
  const siblings = linuxTopology('topology/thread_siblings_list');
  return siblings && new Set(siblings).size;
}

/** Fast cores of a machine with two kinds, or null where the system does not say. */
function performanceCores(): number | null {
  if (process.platform === 'darwin') return sysctl('hw.perflevel0.physicalcpu');
  const speeds = linuxTopology('cpufreq/cpuinfo_max_freq')?.map(Number);
  if (!speeds) return null;
  const fastest = Math.max(...speeds);
  return speeds.filter((speed) => speed >= 0.9 * fastest).length;
}

function linuxTopology(file: string): readonly string[] | null {
  try {
    const cpus = readdirSync('/sys/devices/system/cpu').filter((name) => /^cpu\d+$/.test(name));
    return cpus.map((cpu) => readFileSync(`/sys/devices/system/cpu/${cpu}/${file}`, 'utf8').trim());
  } catch {
    return null;
  }
}

function sysctl(name: string): number | null {
  try {
    const count = Number(execFileSync('/usr/sbin/sysctl', ['-n', name], { encoding: 'utf8', timeout: 2000 }));
    return Number.isInteger(count) && count > 0 ? count : null;
  } catch {
    return null;
  }
}
