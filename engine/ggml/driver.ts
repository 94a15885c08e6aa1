import { readdirSync, readFileSync, statSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import type { Accelerator } from './library.ts';

/**
 * What the system says about graphics drivers, read from files alone: the driver that crashes when it is loaded must
 * be recognised without loading it.
 */
const NVIDIA_VERSION = '/sys/module/nvidia/version';
const DEVICES = '/sys/class/drm';

/** Files that change with every driver update, and folders of them. */
const FILES: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: [
    '/usr/share/vulkan/icd.d',
    '/etc/vulkan/icd.d',
    '/usr/lib/x86_64-linux-gnu/libcuda.so.1',
    '/usr/lib/aarch64-linux-gnu/libcuda.so.1',
    '/usr/lib64/libcuda.so.1',
    '/usr/lib/wsl/lib/libcuda.so.1',
  ],
  win32: ['nvcuda.dll', 'vulkan-1.dll', 'DriverStore\\FileRepository'].map((name) =>
    join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', name),
  ),
};

/** The driver of an accelerator with its version, where the system says it in words. */
export function driverName(accelerator: Accelerator): string | undefined {
  if (accelerator === 'metal') return `Darwin ${release()}`;
  const nvidia = accelerator === 'cpu' ? null : text(NVIDIA_VERSION);
  return nvidia === null ? undefined : `NVIDIA ${nvidia}`;
}

/** A text that stays the same until a driver, the system's kernel or the graphics hardware changes. */
export function driverIdentity(): string {
  const facts = [process.platform, process.arch, release(), text(NVIDIA_VERSION) ?? ''];
  for (const file of FILES[process.platform] ?? []) {
    facts.push(stamp(file));
    for (const name of names(file)) facts.push(stamp(join(file, name)));
  }
  for (const card of names(DEVICES).filter((name) => /^(card|renderD)\d+$/.test(name)))
    facts.push(
      `${card} ${text(join(DEVICES, card, 'device/vendor')) ?? ''} ${text(join(DEVICES, card, 'device/device')) ?? ''}`,
    );
  return facts.join('\n');
}

function text(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}

function stamp(file: string): string {
  try {
    const { size, mtimeMs } = statSync(file);
    return `${file} ${size} ${mtimeMs}`;
  } catch {
    return '';
  }
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
