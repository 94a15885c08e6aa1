import { closeSync, openSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { DeskError } from '../errors.ts';
import { type Member, ZIP_LIMITS, type ZipLimits, directory, localHeader } from './zip-layout.ts';

/** What the directory of the largest archive takes, and more. */
const DIRECTORY_BYTES = 1 << 26;

/** Whether members fit into one archive, before there is one. */
export class ZipRoom {
  #members: number;
  #bytes: number;

  constructor({ members, bytes }: ZipLimits = ZIP_LIMITS) {
    this.#members = members;
    this.#bytes = bytes - DIRECTORY_BYTES;
  }

  /** @throws DeskError bad-input where there is no room left */
  take(name: string, bytes: number): void {
    this.#members--;
    this.#bytes -= localHeader({ name, size: 0, crc32: 0 }).length + bytes;
    if (this.#members < 0 || this.#bytes < 0)
      throw new DeskError('bad-input', 'These are more messages than one zip can hold.', 'Take fewer at a time.');
  }
}

/** Writes a zip archive member by member. `finish` makes it whole. */
export class ZipWriter implements Disposable {
  readonly #file: number;
  readonly #members: Member[] = [];
  readonly #offsets: number[] = [];
  readonly #room = new ZipRoom();
  #at = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  /** @throws DeskError bad-input where it would be larger than a zip archive can be */
  add(name: string, content: Uint8Array): void {
    this.#room.take(name, content.length);
    const member: Member = { name, size: content.length, crc32: crc32(content) };
    this.#members.push(member);
    this.#offsets.push(this.#at);
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
