/** electron-builder calls this once a package lies unpacked: flips the fuses, and holds its native files against the list. */
import type { AfterPackContext } from 'electron-builder';
import { flipOwnFuses } from './fuses.ts';
import { assertUnpacked } from './native-files.ts';

export default async function afterPack(context: AfterPackContext): Promise<void> {
  assertUnpacked(context);
  await flipOwnFuses(context);
}
