import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { bundleKilobytes } from '../../../bench/window/bundle.ts';
import { proportionalKilobytes, residentMegabytes } from '../../../bench/window/processes.ts';
import { millisecondsOf } from '../../../bench/window/review.ts';
import { scrolledOf } from '../../../bench/window/scroll.ts';

describe('the time from a key to the next message', () => {
  it('ends when the frame is on the screen, not when its scripts are done', () => {
    assert.equal(millisecondsOf({ at: 1000, first: 1012, shown: 1012, presented: 24 }), 24);
  });

  it('goes on until the frame that has all of it, which lags as the first one did', () => {
    assert.equal(millisecondsOf({ at: 1000, first: 1012, shown: 1045, presented: 24 }), 45 + 12);
  });

  it('is not shortened by steps of the clock, or by a first frame that came too soon to be told', () => {
    assert.equal(millisecondsOf({ at: 1000, first: 1018, shown: 1018, presented: 16 }), 18);
    assert.equal(millisecondsOf({ at: 1000, first: 1009, shown: 1009, presented: null }), 9);
  });

  it('is none where the next message never came', () => {
    assert.equal(millisecondsOf({ at: 1000, first: 1012, shown: null, presented: 24 }), null);
  });
});

describe('scrolling', () => {
  /** Frames 1/60 s apart, but for those that were left out. */
  const frames = (count: number, isLeftOut: (i: number) => boolean) =>
    Array.from({ length: count }, (_, i) => ({ at: 5000 + (i * 1000) / 60, missing: i % 2 })).filter(
      (_, i) => !isLeftOut(i),
    );

  it('at 60 frames a second has dropped none', () => {
    const scrolled = scrolledOf(frames(601, () => false));
    assert.ok(Math.abs(scrolled.framesPerSecond - 60) <= 1, String(scrolled.framesPerSecond));
    assert.equal(scrolled.dropped, 0);
  });

  it('counts what did not come, in a row or one by one, and a second without any frame', () => {
    assert.ok(Math.abs(scrolledOf(frames(601, (i) => i % 2 === 1)).dropped - 0.5) < 0.01);
    const gap = scrolledOf(frames(601, (i) => i > 120 && i <= 300));
    assert.ok(Math.abs(gap.dropped - 180 / 600) < 0.01, String(gap.dropped));
    const mostlyGone = scrolledOf(frames(601, (i) => i > 60 && i < 540));
    assert.equal(mostlyGone.framesPerSecond, 0);
  });

  it('says which part of the rows had not come', () => {
    assert.ok(Math.abs(scrolledOf(frames(600, () => false)).missing - 0.5) < 0.01);
  });
});

describe('the memory of a program', () => {
  it('counts what is shared once: by the proportional set size', () => {
    const rollup = '00400000-7ffd ---p 00000000 00:00 0  [rollup]\nRss:  9000 kB\nPss:  1234 kB\nPss_Dirty:  99 kB\n';
    assert.equal(proportionalKilobytes(rollup), 1234);
    assert.equal(proportionalKilobytes('Rss: 1 kB\n'), null);
  });

  it('is not known where no process is there any more', () => {
    assert.equal(residentMegabytes([2 ** 30]), null);
  });
});

describe('the weight of the window', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'moderato-bundle-'));
  after(() => rmSync(folder, { recursive: true }));

  it('is that of the files that the page names, and of all there are, compressed', () => {
    const files = {
      'a.js': 'let a = 1;'.repeat(500),
      'a.css': 'p { color: red }',
      'later.js': 'let b;',
      'x.svg': '<svg/>',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
    const page =
      '<script type="module" src="./a.js"></script><link href="./x.svg"><link rel="stylesheet" href="./a.css">';
    writeFileSync(path.join(folder, 'index.html'), page);
    const size = (name: keyof typeof files) => gzipSync(files[name]).length / 1000;
    const { first, all } = bundleKilobytes(folder);
    assert.ok(Math.abs(first - size('a.js') - size('a.css')) < 1e-9);
    assert.ok(Math.abs(all - first - size('later.js')) < 1e-9);
  });

  it('is not taken for nothing where a page names no script', () => {
    writeFileSync(path.join(folder, 'index.html'), '<p>');
    assert.throws(() => bundleKilobytes(folder), /names no script/);
  });
});
