/** The signature under a release's checksums, made and checked as docs/install.md says. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../build/sign-release.sh', import.meta.url));
const DOCS = readFileSync(new URL('../../docs/install.md', import.meta.url), 'utf8');

/** A command of the docs that begins so, as words. */
function documented(start: string): readonly string[] {
  const line = DOCS.split('\n').find((one) => one.startsWith(start)) ?? assert.fail(`docs/install.md has no ${start}`);
  return line.replace(/\s+#.*$/, '').split(' ');
}

describe('the checksums of a release', () => {
  const folder = mkdtempSync(join(tmpdir(), 'moderato-sign-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = (name: string): string => join(folder, name);
  const inFolder = ([program = '', ...words]: readonly string[]) =>
    spawnSync(program, words, { cwd: folder, encoding: 'utf8' });
  const list = file('SHA256SUMS');
  const signature = `${list}.sig`;
  writeFileSync(list, `${'a'.repeat(64)}  Moderato.AppImage\n`);
  for (const start of ['openssl genpkey', 'openssl pkey '])
    execFileSync('openssl', documented(start).slice(1), { cwd: folder });

  const sign = (key: string, publicKey = file('release-key.pem')) =>
    spawnSync('bash', [SCRIPT, list], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], RELEASE_KEY: key, RELEASE_PUBLIC_KEY: publicKey },
    });

  it('are signed so that the documented command verifies them, and nothing else passes for them', () => {
    const { status, stdout, stderr } = sign(readFileSync(file('release-private.pem'), 'utf8').trim());
    assert.equal(status, 0, stderr);
    assert.match(stdout, /are signed/);
    assert.equal(inFolder(documented('openssl pkeyutl -verify')).status, 0);
    writeFileSync(list, `${'b'.repeat(64)}  Moderato.AppImage\n`);
    assert.notEqual(inFolder(documented('openssl pkeyutl -verify')).status, 0);
    rmSync(signature);
  });

  it('are not signed without a key, and that is said', () => {
    const { status, stdout } = sign('');
    assert.equal(status, 0);
    assert.match(stdout, /not signed/);
    assert.ok(!existsSync(signature));
  });

  it('are not signed with a key that nobody can check', () => {
    const other = execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519'], { encoding: 'utf8' });
    for (const { status } of [sign(other), sign(other, file('missing.pem'))]) {
      assert.equal(status, 1);
      assert.ok(!existsSync(signature));
    }
  });
});
