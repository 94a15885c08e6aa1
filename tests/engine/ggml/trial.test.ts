import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { cleanedEnvironment } from '../../../engine/ggml/environment.ts';
import { tryBackend } from '../../../engine/ggml/trial.ts';
import { difference } from '../../../engine/ggml/trial/checks.ts';
import { StubLibraries } from './stub-libraries.ts';

/** Long enough for a busy machine to load libraries, short enough to wait for a hang. */
const HANG_MS = 6000;

describe('a backend in a throw-away process', () => {
  it('the processor of this machine works', async () => {
    const trial = await tryBackend('cpu');
    assert.equal(trial.status, 'works', trial.reason);
    assert.equal(trial.device, 'CPU');
    assert.equal(trial.software, false);
    assert.ok(trial.difference !== undefined && trial.difference > 0 && trial.difference < 0.03);
  });

  it('a stub without a fault works: what follows is not refused for being a stub', async () => {
    using stub = new StubLibraries('fine');
    const trial = await tryBackend('vulkan', { folder: stub.folder });
    assert.equal(trial.status, 'works', trial.reason);
    assert.equal(trial.description, 'Stub card (fine)');
  });

  for (const [fault, reason, measured] of [
    [
      'crash-load',
      /^Vulkan crashed while loading its libraries: the process was ended by SIGSEGV\..*stub: about to fail/,
      false,
    ],
    [
      'crash-compute',
      /^Vulkan crashed while computing "sum and product of elements": the process was ended by SIGSEGV/,
      false,
    ],
    ['assert-compute', /^Vulkan crashed while computing .*SIGABRT.*stub\.c:42: stub: an assertion failed/, false],
    [
      'noise',
      /^Vulkan computes wrong numbers: "sum and product of elements" is off by [\d.e+]+% .* where 0\.50% is allowed/,
      true,
    ],
    ['slightly-wrong', /^Vulkan computes wrong numbers: /, true],
    ['cannot-train', /^Vulkan computes wrong numbers: "one training step" is off by /, true],
    ['stale', /^Vulkan computes wrong numbers: "sum and product of elements"/, true],
    ['nan', /^Vulkan computes numbers that are not finite in "sum and product of elements"/, false],
    ['no-start', /The vulkan device "Vulkan0" did not start/, false],
  ] as const)
    it(`${fault}: refused by name, with the reason`, async () => {
      using stub = new StubLibraries(fault);
      const trial = await tryBackend('vulkan', { folder: stub.folder });
      assert.equal(trial.status, 'refused');
      assert.match(trial.reason ?? '', reason);
      if (measured) assert.ok((trial.difference ?? 0) > 0.005);
    });

  it('one that hangs is ended and refused by name', async () => {
    // Both at once: each takes as long as it is waited for.
    await Promise.all(
      [
        ['hang-load', 'loading its libraries'],
        ['hang-compute', 'computing "sum and product of elements"'],
      ].map(async ([fault = '', step]) => {
        using stub = new StubLibraries(fault);
        const trial = await tryBackend('vulkan', { folder: stub.folder, timeoutMs: HANG_MS });
        assert.equal(trial.status, 'refused');
        assert.equal(trial.timedOut, true);
        assert.ok(trial.reason?.startsWith(`Vulkan did not answer within 6 s while ${step}.`), trial.reason);
      }),
    );
  });

  it('no device, no package: absent, and said so', async () => {
    using stub = new StubLibraries('no-device');
    const trial = await tryBackend('vulkan', { folder: stub.folder });
    assert.equal(trial.status, 'absent');
    assert.match(trial.reason ?? '', /^No device was found that vulkan can use \(only: CPU\)\. .*install its driver/);
    const elsewhere = process.platform === 'darwin' ? 'cuda' : 'metal';
    const missing = await tryBackend(elsewhere);
    assert.equal(missing.status, 'absent');
    assert.match(missing.reason ?? '', /No package of node-llama-cpp/);
  });

  it('a folder without libraries is refused with what to do', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'moderato-empty-'));
    const trial = await tryBackend('cpu', { folder });
    rmSync(folder, { recursive: true });
    assert.equal(trial.status, 'refused');
    assert.match(trial.reason ?? '', /found none\. Install Moderato again/);
  });

  it('is ended at once when nobody wants to know any more', async () => {
    using stub = new StubLibraries('hang-load');
    const wish = new AbortController();
    const trial = tryBackend('vulkan', { folder: stub.folder, timeoutMs: 600_000, signal: wish.signal });
    setTimeout(() => wish.abort(new Error('enough')), 500);
    await assert.rejects(trial, /enough/);
    await assert.rejects(tryBackend('cpu', { signal: wish.signal }), /enough/);
  });

  it('what the environment names is not loaded, unless it is passed on', async () => {
    // Loads only if GGML_BACKEND_PATH reaches ggml, and then ends the process.
    using stub = new StubLibraries('crash-load');
    process.env.GGML_BACKEND_PATH = stub.library;
    process.env.NODE_OPTIONS = '--require=/nowhere/at/all.cjs';
    try {
      assert.equal((await tryBackend('cpu')).status, 'works');
      const environment = { GGML_BACKEND_PATH: stub.library };
      assert.match((await tryBackend('cpu', { environment })).reason ?? '', /crashed while loading its libraries/);
    } finally {
      delete process.env.GGML_BACKEND_PATH;
      delete process.env.NODE_OPTIONS;
    }
    const cleaned = cleanedEnvironment(
      { PATH: '/bin', ggml_vk_x: '1', GGML_BACKEND_PATH: 'x', LLAMA_Y: '1', NODE_OPTIONS: '-i', NODE_PATH: 'p' },
      { GGML_VK_VISIBLE_DEVICES: '0' },
    );
    assert.deepEqual(cleaned, { PATH: '/bin', GGML_VK_VISIBLE_DEVICES: '0' });
  });

  it('a number that is not finite is never a small difference, wherever it stands', () => {
    assert.equal(difference([1, 2, 4], [1, 2, 4]), 0);
    assert.equal(difference([1, 2, 5], [1, 2, 4]), 0.25);
    for (const odd of [NaN, Infinity, -Infinity])
      for (const found of [
        [odd, 2, 4],
        [1, odd, 4],
        [1, 2, odd],
      ])
        assert.ok(!(difference(found, [1, 2, 4]) < Infinity), String(found));
    assert.ok(!(difference([1, 2], [1, 2, 4]) < Infinity), 'too few');
  });
});
