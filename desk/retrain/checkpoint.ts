/** What a training keeps of itself while it runs, to go on from after a crash. */
import { hkdfSync } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';

/** Where a training is kept after every epoch: beside the workspace, under a key of its own that the workspace holds. */
export const checkpointOf = (path: string): string => `${path}-training`;

/** @param key of the workspace */
export const checkpointKey = (key: Uint8Array): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', key, '', 'training checkpoint', 32));

/** Nothing of a training is left once nobody will go on with it. */
export function forgetCheckpoint(path: string): void {
  const file = checkpointOf(path);
  if (existsSync(file)) rmSync(file);
}
