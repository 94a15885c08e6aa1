/**
 * The bytes of a zip archive whose members are stored as they are (PKWARE APPNOTE 6.3, without compression, zip64 and
 * times). The same members give the same archive, so that whoever reads one can tell whether a byte around the members
 * was changed.
 */

export interface Member {
  readonly name: string;
  /** bytes, below 4 GiB */
  readonly size: number;
  readonly crc32: number;
}

export interface ZipLimits {
  readonly members: number;
  readonly bytes: number;
}

export const ZIP_LIMITS: ZipLimits = { members: 0xffff, bytes: 0xffff_ffff };

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
/** Version 2.0 of the format suffices to read it. */
const VERSION = 20;
/** Names are UTF-8. */
const UTF8 = 0x0800;
/** 1 January 1980, the first day that the format knows. */
const DAY = 0x21;

/** What stands in front of a member's bytes. */
export function localHeader(member: Member): Buffer {
  const name = Buffer.from(member.name);
  const head = Buffer.alloc(30);
  head.writeUInt32LE(LOCAL, 0);
  common(member, name).copy(head, 4);
  return Buffer.concat([head, name]);
}

/** What stands behind the last member. @param offsets of the local headers */
export function directory(members: readonly Member[], offsets: readonly number[], start: number): Buffer {
  const entries = members.map((member, i) => {
    const name = Buffer.from(member.name);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(CENTRAL, 0);
    entry.writeUInt16LE(VERSION, 4);
    common(member, name).copy(entry, 6);
    entry.writeUInt32LE(offsets[i] ?? 0, 42);
    return Buffer.concat([entry, name]);
  });
  const list = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(start, 16);
  return Buffer.concat([list, end]);
}

/** What both headers say of a member. */
function common({ size, crc32 }: Member, name: Buffer): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(VERSION, 0);
  fields.writeUInt16LE(UTF8, 2);
  fields.writeUInt16LE(DAY, 8);
  fields.writeUInt32LE(crc32, 10);
  fields.writeUInt32LE(size, 14);
  fields.writeUInt32LE(size, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}
