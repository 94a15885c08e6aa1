/** The desk for one verb: its door, in this process, and the workspace that the verb works on. */
import { ORPCError, createRouterClient, type RouterClient } from '@orpc/server';
import { Desk } from '../desk/desk.ts';
import { ownEngine } from '../desk/engine/process.ts';
import type { Job, Start } from '../desk/contract/jobs.ts';
import { type JobReports, reportOf } from '../desk/contract/reports.ts';
import type { Event } from '../desk/contract/workspace.ts';
import { router } from '../desk/door/router.ts';
import { askSecret, canAskAgain } from './passphrase.ts';
import type { Setting } from './run.ts';
import { Interrupted, NotDone } from './terminal/problem.ts';

export type DeskClient = RouterClient<typeof router>;

/** Passphrases that may be mistyped. */
const TRIES = 3;

export class VerbDesk implements AsyncDisposable {
  readonly desk: Desk;
  readonly client: DeskClient;
  readonly #signal: AbortSignal;

  /** With nothing open. @param say prints what the engine has to say */
  constructor({ places, engine, signal }: Setting, say: (line: string) => void) {
    this.desk = new Desk({
      places,
      supervisor: engine(say),
      spawnOpinions: ownEngine('opinions'),
    });
    this.#signal = signal;
    this.client = createRouterClient(router, { context: { desk: this.desk } });
  }

  /** @param options say: prints what the engine has to say; default: on standard error. @throws what `workspace.open` refuses */
  static async open(
    setting: Setting,
    path: string,
    {
      create = 'never',
      say = (line) => setting.screen.note(line),
    }: { readonly create?: 'may' | 'never'; readonly say?: (line: string) => void } = {},
  ): Promise<VerbDesk> {
    const opened = new VerbDesk(setting, say);
    try {
      await opened.openWorkspace(path, create);
      return opened;
    } catch (error) {
      await opened[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Opens a workspace; asks for the passphrase of one that is encrypted. */
  async openWorkspace(path: string, create: 'may' | 'never'): Promise<void> {
    try {
      await this.client.workspace.open({ path, create });
      return;
    } catch (error) {
      if (kindOf(error) !== 'encrypted') throw error;
    }
    for (let tries = 1; ; tries++) {
      const secret = await askSecret(tries === 1 ? 'Passphrase, or recovery key: ' : 'That was not it. Once more: ');
      try {
        await this.client.workspace.open({ path, create, secret });
        return;
      } catch (error) {
        if (kindOf(error) !== 'wrong-secret' || tries === TRIES || !canAskAgain()) throw error;
      }
    }
  }

  /**
   * Starts a job and waits for its end. Ctrl-C stops it: what is done is kept.
   * @returns its report
   * @throws NotDone, Interrupted
   */
  async run<K extends Start['kind']>(
    start: Extract<Start, { kind: K }>,
    onEvent: (event: Event) => void,
  ): Promise<JobReports[K]> {
    const ended = Promise.withResolvers<Job>();
    let id: number | undefined;
    const stop = this.desk.listen((event) => {
      onEvent(event);
      if (event.kind === 'job' && event.job.id === id && isOver(event.job)) ended.resolve(event.job);
    });
    const cancel = (): void => {
      if (id !== undefined) void this.client.jobs.cancel({ job: id }).catch(() => {});
    };
    this.#signal.addEventListener('abort', cancel, { once: true });
    try {
      ({ id } = await this.client.jobs.start(start));
      if (this.#signal.aborted) cancel();
      const now = await this.client.jobs.get({ job: id });
      const job = isOver(now) ? now : await ended.promise;
      if (job.state === 'cancelled') throw new Interrupted('Stopped.');
      if (job.problem !== null) throw new NotDone(job.problem.message, job.problem.remedy);
      const report = reportOf<K>(job, start.kind as K);
      if (report !== null) return report;
      throw new Error(`The job ${job.id} is ${job.state}, and has no report.`);
    } finally {
      stop();
      this.#signal.removeEventListener('abort', cancel);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.desk[Symbol.asyncDispose]();
    await this.desk.options.supervisor[Symbol.asyncDispose]();
  }
}

const isOver = ({ state }: Job): boolean => state === 'done' || state === 'failed' || state === 'cancelled';

/** Why the desk refused; undefined for any other error. */
function kindOf(error: unknown): string | undefined {
  if (!(error instanceof ORPCError) || error.code !== 'REFUSED') return undefined;
  return (error.data as { readonly kind: string }).kind;
}
