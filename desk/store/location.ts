import { existsSync, statfsSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { WorkspaceError } from './errors.ts';

/** Where a workspace lies decides how it may be written: WAL needs shared memory that network drives do not give. */
export type Location =
  | { readonly kind: 'local' }
  | { readonly kind: 'synced' | 'network'; readonly service: string; readonly warning: string };

/** @throws WorkspaceError missing, where there is no folder for a workspace to lie in */
export function refuseNoFolder(file: string): void {
  const folder = dirname(file);
  if (!existsSync(folder))
    throw new WorkspaceError(
      'missing',
      file,
      `There is no folder ${folder}.`,
      'Check the path, or make the folder first.',
    );
}

// Folder names that the services use for what they synchronise; compared without case, start of a path part.
const SYNCED: readonly (readonly [string, string])[] = [
  ['dropbox', 'Dropbox'],
  ['onedrive', 'OneDrive'],
  ['google drive', 'Google Drive'],
  ['googledrive', 'Google Drive'],
  ['my drive', 'Google Drive'],
  ['icloud drive', 'iCloud Drive'],
  ['iclouddrive', 'iCloud Drive'],
  ['mobile documents', 'iCloud Drive'],
  ['cloudstorage', 'a cloud service'],
  ['nextcloud', 'Nextcloud'],
  ['owncloud', 'ownCloud'],
  ['pclouddrive', 'pCloud'],
];

// Linux: f_type of statfs(2).
const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x01021997, '9p'],
  [0x65735546, 'FUSE'],
]);

/**
 * What is known of the folder that holds `path`. Never throws: what cannot be found out counts as local.
 * @param fileSystem for tests: the number that statfs gives for the folder
 */
export function locate(path: string, fileSystem: number | undefined = fileSystemOf(path)): Location {
  const full = resolve(path);
  for (const part of dirname(full).toLowerCase().split(sep)) {
    const hit = SYNCED.find(([start]) => part.startsWith(start));
    if (hit !== undefined) {
      return {
        kind: 'synced',
        service: hit[1],
        warning: `The workspace lies in a folder that ${hit[1]} copies to other computers. Its messages leave this machine that way, and a copy taken while it is written can be damaged: better keep it in a folder that is not synchronised.`,
      };
    }
  }
  const network = full.startsWith('\\\\')
    ? 'SMB'
    : fileSystem === undefined
      ? undefined
      : NETWORK.get(fileSystem >>> 0);
  if (network === undefined) return { kind: 'local' };
  return {
    kind: 'network',
    service: network,
    warning: `The workspace lies on a network drive (${network}). Writing is slower and less safe there: better keep it on a disk of this computer.`,
  };
}

function fileSystemOf(path: string): number | undefined {
  try {
    return statfsSync(dirname(resolve(path))).type;
  } catch {
    return undefined;
  }
}
