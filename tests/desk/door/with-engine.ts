import { setTimeout as wait } from 'node:timers/promises';
import { createRouterClient } from '@orpc/server';
import { nodeEngine } from '../../../desk/engine/process.ts';
import { Desk } from '../../../desk/desk.ts';
import { router } from '../../../desk/door/router.ts';
import { places } from '../../../desk/models/places.ts';
import { Supervisor } from '../../../desk/supervisor.ts';
import type { Bench } from '../../cli/moderato.ts';

const ENGINE = new URL('../../../engine/main.ts', import.meta.url);
const OPINIONS = new URL('../../../engine/opinion/main.ts', import.meta.url);

/** A desk with a real engine, whose process a test can kill. */
export class WithEngine implements AsyncDisposable {
  readonly #bench: Bench;
  readonly supervisor: Supervisor;
  /** process ids of the engines of second opinions, the last one last */
  readonly opinionEngines: number[] = [];
  readonly desk: Desk;
  readonly client;

  /** @param bench whose folder holds what is written */
  constructor(bench: Bench, batchItems: number) {
    this.#bench = bench;
    this.supervisor = new Supervisor(nodeEngine(ENGINE), { batchItems });
    const own = { ...places(), calibrationFile: bench.path('calibration.json') };
    const spawn = nodeEngine(OPINIONS);
    this.desk = new Desk({
      places: own,
      supervisor: this.supervisor,
      spawnOpinions: () => {
        const engine = spawn();
        this.opinionEngines.push(engine.pid ?? 0);
        return engine;
      },
    });
    this.client = createRouterClient(router, { context: { desk: this.desk } });
  }

  killEngine(): void {
    const { pid } = this.supervisor;
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  }

  /** @param table CSV */
  async import(name: string, table: string): Promise<void> {
    const { id } = await this.client.jobs.start({ kind: 'import', paths: [this.#bench.file(name, table)] });
    await this.ended(id);
  }

  async ended(job: number) {
    for (;;) {
      const found = await this.client.jobs.get({ job });
      if (found.state === 'done' || found.state === 'failed' || found.state === 'cancelled') return found;
      await wait(10);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.desk[Symbol.asyncDispose]();
    await this.supervisor[Symbol.asyncDispose]();
  }
}
