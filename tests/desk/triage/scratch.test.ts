import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { makeScratch } from '../../../desk/triage/scratch.ts';

const root = mkdtempSync(join(tmpdir(), 'moderato-scratch-'));
after(() => rmSync(root, { recursive: true }));

describe('the folder of one run', () => {
  it('is for this person alone, and gone at the end', () => {
    let folder: string;
    {
      using scratch = makeScratch(root);
      folder = dirname(scratch.workspace);
      writeFileSync(scratch.workspace, 'messages');
      assert.equal(statSync(folder).mode & 0o777, 0o700);
    }
    assert.equal(existsSync(folder), false);
  });

  it('of a run that was killed is removed by the next one; that of a living run is not', () => {
    const { pid: dead } = spawnSync(process.execPath, ['--version']);
    mkdirSync(join(root, `moderato-run-${dead}-abc`));
    using living = makeScratch(root);
    using next = makeScratch(root);
    const names = readdirSync(root).sort();
    assert.deepEqual(names, [living, next].map(({ workspace }) => dirname(workspace).slice(root.length + 1)).sort());
  });
});
