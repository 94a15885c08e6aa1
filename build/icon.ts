/**
 * Draws the program's icon: a queue of messages of which the first is marked. `node build/icon.ts` writes
 * build/resources/icon.png (1024 × 1024) and icon.svg; electron-builder makes the others of it.
 */
import { crc32, deflateSync } from 'node:zlib';
import { writeFileSync } from 'node:fs';

const SIZE = 1024;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly radius: number;
  readonly colour: readonly [number, number, number];
}

const BOXES: readonly Box[] = [
  { x: 64, y: 64, width: 896, height: 896, radius: 196, colour: [31, 41, 55] },
  { x: 208, y: 244, width: 608, height: 132, radius: 40, colour: [245, 158, 11] },
  { x: 208, y: 446, width: 608, height: 132, radius: 40, colour: [148, 163, 184] },
  { x: 208, y: 648, width: 424, height: 132, radius: 40, colour: [100, 116, 139] },
];

/** How much of a pixel lies inside, 0 to 1: its distance to the edge of a box with round corners. */
function cover({ x, y, width, height, radius }: Box, px: number, py: number): number {
  const dx = Math.max(Math.abs(px - x - width / 2) - width / 2 + radius, 0);
  const dy = Math.max(Math.abs(py - y - height / 2) - height / 2 + radius, 0);
  return Math.min(1, Math.max(0, radius - Math.hypot(dx, dy) + 0.5));
}

/** RGBA, row by row, each with PNG's filter byte (none) in front. */
function pixels(): Buffer {
  const rows = Buffer.alloc(SIZE * (1 + 4 * SIZE));
  for (let y = 0; y < SIZE; y++)
    for (let x = 0; x < SIZE; x++) {
      const at = y * (1 + 4 * SIZE) + 1 + 4 * x;
      for (const box of BOXES) {
        const share = cover(box, x + 0.5, y + 0.5);
        const before = rows[at + 3]! / 255;
        const alpha = share + before * (1 - share);
        for (let c = 0; c < 3 && share > 0; c++)
          rows[at + c] = Math.round((box.colour[c]! * share + rows[at + c]! * before * (1 - share)) / alpha);
        rows[at + 3] = Math.round(alpha * 255);
      }
    }
  return rows;
}

function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(data.length, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
}

const header = Buffer.alloc(13);
header.writeUInt32BE(SIZE, 0);
header.writeUInt32BE(SIZE, 4);
// 8 bits a channel, RGBA.
header.set([8, 6, 0, 0, 0], 8);
const png = [chunk('IHDR', header), chunk('IDAT', deflateSync(pixels(), { level: 9 })), chunk('IEND', Buffer.alloc(0))];
writeFileSync(
  new URL('resources/icon.png', import.meta.url),
  Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...png]),
);
const rect = ({ x, y, width, height, radius, colour }: Box): string =>
  `  <rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="rgb(${colour.join(' ')})" />`;
writeFileSync(
  new URL('resources/icon.svg', import.meta.url),
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE} ${SIZE}">\n${BOXES.map(rect).join('\n')}\n</svg>\n`,
);
