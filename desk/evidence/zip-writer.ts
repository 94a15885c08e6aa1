import { closeSync, openSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { DeskError } from '../errors.ts';
import { type Member, ZIP_LIMITS, directory, localHeader } from './zip-layout.ts';

/** Writes a zip archive member by member. `finish` makes it whole. */
export class ZipWriter implements Disposable {
  readonly #file: number;
  readonly #members: Member[] = [];
  readonly #offsets: number[] = [];
  #at = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  /** @throws DeskError bad-input where it would be larger than a zip archive can be */
  add(name: string, content: Uint8Array): void {
    const member: Member = { name, size: content.length, crc32: crc32(content) };
    this.#members.push(member);
    this.#offsets.push(this.#at);
    if (this.#members.length > ZIP_LIMITS.members || this.#at + content.length > ZIP_LIMITS.bytes - (1 << 26))
      throw new DeskError('bad-input', 'These are more messages than one zip can hold.', 'Take fewer at a time.');
    this.#write(localHeader(member));
    this.#write(content);
  }

  finish(): void {
    this.#write(directory(this.#members, this.#offsets, this.#at));
  }

  #write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) done += writeSync(this.#file, bytes, done);
    this.#at += bytes.length;
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}
