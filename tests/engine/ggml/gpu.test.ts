/**
 * Graphics cards beside the CPU. Vulkan by way of Mesa's lavapipe, which computes on the processor: its shaders are
 * compiled on the first run, which takes about a minute; Mesa keeps them in its cache. CUDA where there is such a card.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { before, describe, it } from 'node:test';
import { cleanedEnvironment } from '../../../engine/ggml/environment.ts';
import type { Accelerator } from '../../../engine/ggml/library.ts';
import { tryBackend } from '../../../engine/ggml/trial.ts';
import type { GpuReport } from './gpu-main.ts';

const PATIENCE_MS = 600_000;
const DRIVERS = '/usr/share/vulkan/icd.d';
const MISSING = "Mesa's Vulkan drivers are not installed. Install them: apt-get install mesa-vulkan-drivers";

interface Card {
  readonly title: string;
  readonly accelerator: Accelerator;
  readonly environment: Readonly<Record<string, string>>;
  readonly description: RegExp;
  readonly software: boolean;
  readonly skip: string | false;
  /** what must be there before anything is run */
  readonly ready?: () => void;
}

const CARDS: readonly Card[] = [
  {
    title: 'Vulkan on lavapipe',
    accelerator: 'vulkan',
    // ggml leaves devices of the kind "CPU" out unless they are named.
    environment: { GGML_VK_VISIBLE_DEVICES: '0' },
    description: /llvmpipe/,
    software: true,
    skip: process.platform !== 'linux' && 'lavapipe is tested on Linux',
    ready: () => {
      const found = existsSync(DRIVERS) && readdirSync(DRIVERS).some((name) => name.startsWith('lvp_icd'));
      assert.ok(found, MISSING);
    },
  },
  {
    title: 'CUDA',
    accelerator: 'cuda',
    environment: {},
    description: /NVIDIA/,
    software: false,
    skip: !existsSync('/dev/nvidiactl') && 'no NVIDIA card on this machine',
  },
];

for (const { title, accelerator, environment, description, software, skip, ready } of CARDS)
  describe(title, { skip }, () => {
    let report: GpuReport;
    before(async () => {
      ready?.();
      const child = spawn(process.execPath, [join(import.meta.dirname, 'gpu-main.ts'), accelerator], {
        env: cleanedEnvironment(process.env, environment),
        stdio: ['ignore', 'pipe', 'inherit'],
        timeout: PATIENCE_MS,
        killSignal: 'SIGKILL',
      });
      const printed = text(child.stdout);
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
      assert.deepEqual([code, signal], [0, null]);
      report = JSON.parse(await printed) as GpuReport;
    });

    it('is known for what it is', () => {
      assert.match(report.device, description);
      assert.equal(report.software, software);
    });

    for (const [type, bound] of [
      // Lavapipe gave 0.9999995: the F32 products' operands are halves there (with GGML_VK_DISABLE_F16=1: 0.99999997).
      ['f32', 0.9999],
      ['q8_0', 0.999],
    ] as const)
      it(`every architecture agrees with the CPU, ${type} weights: cosine at least ${bound}`, (t) => {
        const states = report.states.filter((one) => one.type === type);
        assert.deepEqual(
          states.map(({ variant }) => variant),
          ['llama', 'qwen2', 'qwen3', 'gemma3', 'phi2', 'bert'],
        );
        for (const { variant, cosine } of states) {
          t.diagnostic(`${variant}: cosine ${cosine.toFixed(8)}`);
          assert.ok(cosine >= bound, `${variant}: cosine ${cosine}`);
        }
      });

    it("a training step gives the CPU's gradients, within 1e-2, for every architecture", (t) => {
      assert.equal(report.training.length, 6);
      for (const { variant, apart } of report.training) {
        t.diagnostic(`${variant}: ${apart.toExponential(1)} apart`);
        assert.ok(apart <= 1e-2, `${variant}: ${apart}`);
      }
    });

    it("lives in one process with the tokenizer's CPU libraries, and scores the same", (t) => {
      t.diagnostic(`MiniLM: cosine ${report.scorer.cosine.toFixed(8)}`);
      assert.equal(report.scorer.backend, accelerator);
      assert.ok(report.scorer.cosine >= 0.9999, `cosine ${report.scorer.cosine}`);
    });

    it('passes the trial that a graphics card has to pass', async () => {
      const trial = await tryBackend(accelerator, { environment, timeoutMs: PATIENCE_MS });
      assert.equal(trial.status, 'works', trial.reason);
      assert.equal(trial.software, software);
      assert.match(trial.description ?? '', description);
    });
  });
