/** Remembers over restarts which backend made the engine stop, under which driver: one small JSON file. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { BackendMemory } from '../supervisor.ts';

const Refused = z.array(z.strictObject({ backend: z.string(), driver: z.string(), reason: z.string() }));

/** A file that is missing or cannot be understood holds nothing: the backend is tried again, which is safe. */
export function refusedBackends(file: string): BackendMemory {
  const read = (): z.infer<typeof Refused> => {
    try {
      return Refused.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch {
      return [];
    }
  };
  const same = (backend: string, driver: string) => (entry: { backend: string; driver: string }) =>
    entry.backend === backend && entry.driver === driver;
  return {
    isRefused: (backend, driver) => read().some(same(backend, driver)),
    refuse: (backend, driver, reason) => {
      const others = read().filter((entry) => !same(backend, driver)(entry));
      try {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(`${file}.new`, JSON.stringify([...others, { backend, driver, reason }], null, 2));
        renameSync(`${file}.new`, file);
      } catch {
        // A memory that cannot be written costs one more try next time, no more.
      }
    },
  };
}
