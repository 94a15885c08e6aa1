import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { GgufError } from './errors.ts';

/** Where the bytes of a GGUF lie: a file, opened once, or memory (adapters come as bytes from the workspace). */
export interface ByteSource extends Disposable {
  /** path, or the name given with the bytes */
  readonly name: string;
  /** absolute or relative path of a file; undefined for bytes in memory */
  readonly path: string | undefined;
  readonly size: number;
  /** Fills `into` with the bytes from `offset` on; the caller has checked that they exist. */
  read(offset: number, into: Uint8Array): void;
}

/** @throws GgufError where there is no such file or it may not be read */
export function openFile(path: string): ByteSource {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch (error) {
    throw cannotRead(path, error);
  }
  const stat = fstatSync(handle);
  if (!stat.isFile()) {
    closeSync(handle);
    throw new GgufError(path, 'file', 'this is not a file', 'Give the path of a .gguf file');
  }
  let open = true;
  return {
    name: path,
    path,
    size: stat.size,
    read(offset, into) {
      for (let done = 0; done < into.length;) {
        let count: number;
        try {
          count = readSync(handle, into, done, into.length - done, offset + done);
        } catch (error) {
          throw cannotRead(path, error);
        }
        if (count === 0) {
          throw new GgufError(
            path,
            `byte ${offset + done}`,
            'the file became shorter while it was read',
            'Let no other program write to it, then try again',
          );
        }
        done += count;
      }
    },
    [Symbol.dispose]() {
      if (open) closeSync(handle);
      open = false;
    },
  };
}

/** Bytes in memory under a name for error messages; they are not copied. */
export function memory(bytes: Uint8Array, name: string): ByteSource {
  return {
    name,
    path: undefined,
    size: bytes.length,
    read(offset, into) {
      into.set(bytes.subarray(offset, offset + into.length));
    },
    [Symbol.dispose]() {},
  };
}

function cannotRead(path: string, error: unknown): GgufError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return new GgufError(path, 'file', 'there is no such file', 'Check the path');
  if (code === 'EACCES' || code === 'EPERM') {
    return new GgufError(path, 'file', 'this file may not be read', 'Change its permissions, or copy it elsewhere');
  }
  return new GgufError(
    path,
    'file',
    `reading failed (${error instanceof Error ? error.message : String(error)})`,
    'Check the disk, then try again',
  );
}
