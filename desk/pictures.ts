/** Pictures that lie beside an export, as its messages name them: read when somebody asks for one, and kept nowhere. */
import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { DeskError } from './errors.ts';
import { type PictureType, pictureTypeOf } from './shown/picture-types.ts';

const MOST_BYTES = 20 * 1024 * 1024;

export interface Picture {
  readonly type: PictureType;
  readonly bytes: Buffer;
}

/**
 * @param source file of the export; member: its file in an archive, '' for none
 * @param path of the attachment inside of the export, as the export has it: anybody may have written it
 * @throws DeskError not-found, not-allowed
 */
export async function pictureBeside(
  source: { readonly path: string; readonly member: string },
  path: string | undefined,
): Promise<Picture> {
  if (path === undefined)
    throw new DeskError('not-found', 'This attachment is not on this computer.', 'Export again, with its files.');
  if (source.member !== '')
    throw new DeskError('not-found', 'This picture lies in an archive.', 'Unpack the archive, and import the folder.');
  const folder = await realpath(dirname(source.path)).catch(() => null);
  const file = folder === null ? null : await realpath(resolve(folder, decoded(path))).catch(() => null);
  if (folder === null || file === null)
    throw new DeskError('not-found', 'This picture is not beside its export any more.', 'Put it back to where it was.');
  // A link or a path that leads out of the export's folder could show any file of this computer.
  const inside = relative(folder, file);
  if (inside === '' || inside.startsWith('..') || isAbsolute(inside))
    throw new DeskError('not-allowed', 'This attachment lies outside of its export.', 'Leave it closed.');
  return await read(file);
}

async function read(file: string): Promise<Picture> {
  await using handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  const { size } = await handle.stat();
  if (size > MOST_BYTES)
    throw new DeskError('not-allowed', 'This picture is larger than 20 MB.', 'Open it in another program.');
  const bytes = await handle.readFile();
  const type = pictureTypeOf(bytes);
  if (type === null)
    throw new DeskError(
      'not-allowed',
      'This attachment is no picture that can be shown.',
      'Only PNG, JPEG, GIF and WebP are.',
    );
  return { type, bytes };
}

/** Exports write paths as addresses; some of them are none. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path.replaceAll('\\', '/'));
  } catch {
    return path;
  }
}
