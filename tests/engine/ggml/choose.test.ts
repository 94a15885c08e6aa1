import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { chooseAccelerator, rememberTrials, type ChooseOptions } from '../../../engine/ggml/choose.ts';
import { driverIdentity } from '../../../engine/ggml/driver.ts';
import type { Accelerator } from '../../../engine/ggml/library.ts';
import type { Trial } from '../../../engine/ggml/trial.ts';

type Outcome = Pick<Trial, 'status'> & Partial<Trial>;
const WORKS: Outcome = { status: 'works', device: 'GPU0', description: 'A card', software: false };
const SOFTWARE: Outcome = { status: 'works', description: 'llvmpipe (LLVM 15.0.6, 256 bits)', software: true };
const CRASHES: Outcome = { status: 'refused', reason: 'It crashed.' };
const ABSENT: Outcome = { status: 'absent', reason: 'There is none.' };

describe("the backend for 'auto'", () => {
  const folder = mkdtempSync(join(tmpdir(), 'moderato-choose-'));
  after(() => rmSync(folder, { recursive: true }));
  let files = 0;
  const fresh = (): string => join(folder, 'not', 'yet', `there-${files++}.json`);

  /** A machine on which the named accelerators are installed and turn out so. */
  class Machine {
    readonly tried: Accelerator[] = [];
    readonly outcomes: Partial<Record<Accelerator, Outcome>>;
    drivers = 'driver 1';

    constructor(outcomes: Partial<Record<Accelerator, Outcome>>) {
      this.outcomes = outcomes;
    }

    choose(memoryFile?: string): Promise<Accelerator> {
      const options: ChooseOptions = {
        installed: (accelerator) => accelerator in this.outcomes,
        identity: () => this.drivers,
        attempt: (accelerator) => {
          this.tried.push(accelerator);
          return Promise.resolve({ accelerator, seconds: 1, ...(this.outcomes[accelerator] ?? ABSENT) });
        },
      };
      return chooseAccelerator(memoryFile, options);
    }
  }

  it('is the first of CUDA, Metal and Vulkan that works, else the processor', async () => {
    for (const [outcomes, expected] of [
      [{ cuda: WORKS, vulkan: WORKS }, 'cuda'],
      [{ metal: WORKS }, 'metal'],
      [{ cuda: CRASHES, vulkan: WORKS }, 'vulkan'],
      [{ cuda: ABSENT, vulkan: WORKS }, 'vulkan'],
      [{ cuda: ABSENT, vulkan: CRASHES }, 'cpu'],
      [{}, 'cpu'],
    ] as const)
      assert.equal(await new Machine(outcomes).choose(), expected);
  });

  it('is never a processor behind the interface of a GPU', async () => {
    assert.equal(await new Machine({ vulkan: SOFTWARE }).choose(), 'cpu');
  });

  it('is looked for once, crash or not, until a driver changes', async () => {
    const memory = fresh();
    const machine = new Machine({ cuda: CRASHES, vulkan: WORKS });
    for (let start = 0; start < 3; start++) assert.equal(await machine.choose(memory), 'vulkan');
    assert.deepEqual(machine.tried, ['cuda', 'vulkan']);
    machine.drivers = 'driver 2';
    machine.outcomes.cuda = WORKS;
    assert.equal(await machine.choose(memory), 'cuda');
    assert.deepEqual(machine.tried, ['cuda', 'vulkan', 'cuda']);
    // Back to the old driver: what crashed under it is still known.
    machine.drivers = 'driver 1';
    assert.equal(await machine.choose(memory), 'vulkan');
    assert.equal(machine.tried.length, 3);
  });

  it('gets a second chance where it did not answer in time, and no third', async () => {
    const memory = fresh();
    const machine = new Machine({ cuda: { ...CRASHES, timedOut: true } });
    for (let start = 0; start < 4; start++) assert.equal(await machine.choose(memory), 'cpu');
    assert.deepEqual(machine.tried, ['cuda', 'cuda']);
    const slowOnce = new Machine({ cuda: { ...CRASHES, timedOut: true } });
    const other = fresh();
    await slowOnce.choose(other);
    slowOnce.outcomes.cuda = WORKS;
    for (let start = 0; start < 3; start++) assert.equal(await slowOnce.choose(other), 'cuda');
    assert.deepEqual(slowOnce.tried, ['cuda', 'cuda']);
  });

  it('is not tried where an earlier one works', async () => {
    const machine = new Machine({ cuda: WORKS, vulkan: CRASHES });
    await machine.choose(fresh());
    assert.deepEqual(machine.tried, ['cuda']);
  });

  it('is looked for again where the file cannot be read, and the file is mended', async () => {
    for (const content of [
      '',
      '{"cuda',
      '[]',
      '{"cuda 1": {"status": "perhaps"}}',
      '{"cuda 1": 3}',
      '\u0000'.repeat(100),
    ]) {
      const memory = join(folder, `broken-${files++}.json`);
      writeFileSync(memory, content);
      const machine = new Machine({ vulkan: WORKS });
      assert.equal(await machine.choose(memory), 'vulkan');
      assert.equal(await machine.choose(memory), 'vulkan');
      assert.deepEqual(machine.tried, ['vulkan'], content);
    }
  });

  it('is found without a place to remember it in', async () => {
    const machine = new Machine({ vulkan: WORKS });
    // A folder where the file should be.
    assert.equal(await machine.choose(folder), 'vulkan');
    assert.equal(await machine.choose(), 'vulkan');
    assert.equal(machine.tried.length, 2);
  });

  it('builds on what doctor --verify found', async () => {
    const memory = fresh();
    rememberTrials(memory, [
      { accelerator: 'cpu', status: 'works', seconds: 1 },
      { accelerator: 'cuda', seconds: 1, ...ABSENT, status: 'absent' },
      { accelerator: 'vulkan', seconds: 1, ...WORKS, status: 'works' },
    ]);
    const machine = new Machine({ cuda: WORKS, vulkan: CRASHES });
    machine.drivers = driverIdentity();
    assert.equal(await machine.choose(memory), 'vulkan');
    assert.deepEqual(machine.tried, []);
    assert.equal(Object.keys(JSON.parse(readFileSync(memory, 'utf8')) as object).length, 2);
  });

  it('the name of the drivers is the same each time it is asked for', () => {
    assert.equal(driverIdentity(), driverIdentity());
    assert.ok(driverIdentity().startsWith(process.platform));
  });
});
