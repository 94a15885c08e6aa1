/** Where in a file something went wrong; every part is left out where it is not known. */
export interface ErrorPlace {
  /** line of a text file, from 1 */
  readonly line?: number;
  /** row or message, from 1 */
  readonly row?: number;
  /** byte of the unpacked file, from 0 */
  readonly byte?: number;
}

/**
 * A file that cannot be imported, in words for the person who dropped it: which file, where in it, what is wrong and
 * what to do now. `message` is the whole sentence; it never holds message text.
 */
export class ImportError extends Error {
  override readonly name = 'ImportError';
  readonly file: string;
  /** Path inside the archive, '' for a plain file. */
  readonly member: string;
  readonly place: ErrorPlace;
  /** What to do now. */
  readonly remedy: string;

  constructor(file: string, member: string, what: string, remedy: string, place: ErrorPlace = {}) {
    super(`${inWords(file, member, place)}: ${what} ${remedy}`);
    this.file = file;
    this.member = member;
    this.place = place;
    this.remedy = remedy;
  }
}

function inWords(file: string, member: string, place: ErrorPlace): string {
  const parts = [member === '' ? file : `${file} (${member})`];
  if (place.line !== undefined) parts.push(`line ${place.line}`);
  if (place.row !== undefined) parts.push(`row ${place.row}`);
  if (place.byte !== undefined) parts.push(`byte ${place.byte}`);
  return parts.join(', ');
}
