/** The desk: one workspace at a time, everything that is done with it, and who is told. */
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import type { z } from 'zod';
import type { Erased } from './contract/audit.ts';
import { Start } from './contract/jobs.ts';
import type { Event, State } from './contract/workspace.ts';
import type { SpawnEngine } from './engine/process.ts';
import { DeskError } from './errors.ts';
import { InTurn } from './in-turn.ts';
import type { Places } from './models/places.ts';
import { type Opened, keepQueue, startWork, workspaceOf } from './opened.ts';
import { Precedence } from './precedence.ts';
import { readPreferences } from './preferences.ts';
import { saltOf } from './store/header.ts';
import { WorkspaceLock } from './store/lock.ts';
import { SALT_BYTES, type Secret, keyOf, recoveryKeyOf } from './store/secret.ts';
import { Workspace } from './store/workspace.ts';
import { settingsOf } from './review/settings.ts';
import { forgetCheckpoint } from './retrain/checkpoint.ts';
import { stateOf } from './state.ts';
import type { Supervisor } from './supervisor.ts';
import type { WriteInput } from './writer/writes.ts';

export interface DeskOptions {
  readonly places: Places;
  readonly supervisor: Supervisor;
  /** starts the engine of second opinions, which lives as long as it is asked; without it there are none */
  readonly spawnOpinions?: SpawnEngine;
}

export class Desk implements AsyncDisposable {
  readonly #options: DeskOptions;
  readonly precedence = new Precedence();
  readonly #listeners = new Set<(event: Event) => void>();
  #opened: Opened | null = null;
  /** what is being closed */
  #ending: Opened | null = null;
  /** path of the workspace that waits for its passphrase */
  #locked: string | null = null;
  #idle: NodeJS.Timeout | undefined;
  /** what is opened, closed or written anew: whoever ends the program meanwhile waits for what has begun */
  readonly #turns = new InTurn();

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** What is open. @throws DeskError no-workspace */
  get opened(): Opened {
    if (this.#opened !== null) return this.#opened;
    throw new DeskError('no-workspace', 'No workspace is open.', 'Open one first.');
  }

  get options(): DeskOptions {
    return this.#options;
  }

  /** Tells `listener` of everything from now on. @returns ends it */
  listen(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tell(event: Event): void {
    for (const listener of this.#listeners) listener(event);
  }

  /**
   * @param instead closes what is open, once this one can be opened
   * @throws WorkspaceError, DeskError conflict
   */
  async open(path: string, create: 'must' | 'may' | 'never', secret?: Secret, instead = false): Promise<Opened> {
    return await this.#turns.do(() => this.#open(path, create, secret, instead));
  }

  async #open(path: string, create: 'must' | 'may' | 'never', secret?: Secret, instead = false): Promise<Opened> {
    const file = resolve(path);
    if (this.#opened !== null && !instead)
      throw new DeskError('conflict', `${this.#opened.workspace.path} is open.`, 'Close it first.');
    if (this.#opened?.workspace.path === file && create !== 'must') return this.#opened;
    const isNew = create === 'must' || (create === 'may' && !existsSync(file));
    const lock = WorkspaceLock.take(file);
    try {
      const workspace = await workspaceOf(file, isNew, secret);
      await this.#close();
      return this.#start(workspace, lock, isNew);
    } catch (error) {
      lock[Symbol.dispose]();
      throw error;
    }
  }

  #start(workspace: Workspace, lock: WorkspaceLock, isNew: boolean): Opened {
    const opened = startWork(workspace, lock, isNew, {
      ...this.#options,
      precedence: this.precedence,
      tell: (event) => this.tell(event),
      state: () => this.state(),
    });
    this.#opened = opened;
    this.#locked = null;
    opened.loaded.then(
      () => {
        opened.loading = false;
        this.tell({ kind: 'items', items: null });
      },
      // Closed before it was read.
      () => {},
    );
    if (!workspace.isReadOnly) {
      opened.jobs.goOn((input) => Start.safeParse(input).data ?? null);
      if (!opened.jobs.willGoOn('retrain')) forgetCheckpoint(workspace.path);
    }
    this.touch();
    return opened;
  }

  /** Closes an encrypted workspace, so that nothing can be seen until its passphrase is given. @throws DeskError */
  async lock(): Promise<void> {
    await this.#turns.do(() => this.#lock());
  }

  async #lock(): Promise<void> {
    const { opened } = this;
    const { path, isEncrypted } = opened.workspace;
    if (!isEncrypted) throw new DeskError('not-allowed', 'This workspace is not encrypted.', 'Set a passphrase first.');
    // Not closed: one that is new and empty is there to be unlocked.
    await this.#end(opened);
    opened.lock[Symbol.dispose]();
    this.#locked = path;
    this.tell({ kind: 'state', state: this.state() });
  }

  /**
   * The computer goes to sleep, or its screen is locked: an encrypted workspace is locked, unless whoever sits here wants it
   * otherwise. One that is not encrypted could be read from the disk anyway.
   */
  async suspend(): Promise<void> {
    if (this.#opened?.workspace.isEncrypted !== true) return;
    if (readPreferences(this.options.places.preferencesFile).lockOnSuspend) await this.lock();
  }

  /** @throws DeskError nothing-to-do, WorkspaceError wrong-secret */
  async unlock(secret: Secret): Promise<void> {
    if (this.#locked === null) throw new DeskError('nothing-to-do', 'Nothing is locked.', 'Open a workspace.');
    await this.open(this.#locked, 'never', secret);
    this.tell({ kind: 'state', state: this.state() });
  }

  /**
   * Encrypts what is open, or changes its passphrase; it is open again afterwards.
   * @returns the recovery key. @throws WorkspaceError wrong-secret, disk-full
   */
  async protect(passphrase: string, secret: Secret | undefined): Promise<string> {
    const salt = saltOf(this.opened.workspace.path) ?? randomBytes(SALT_BYTES);
    const key = await keyOf({ kind: 'passphrase', passphrase }, salt);
    await this.#turns.do(() => this.#changeKey(secret, { key, salt }));
    return recoveryKeyOf(key);
  }

  async unprotect(secret: Secret): Promise<void> {
    await this.#turns.do(() => this.#changeKey(secret, null));
  }

  async #changeKey(secret: Secret | undefined, to: { key: Buffer; salt: Buffer } | null): Promise<void> {
    const { path } = this.opened.workspace;
    const salt = saltOf(path);
    if (salt !== null && secret === undefined)
      throw new DeskError('bad-input', 'This workspace is encrypted.', 'Give the passphrase that it has now, too.');
    const from = salt === null || secret === undefined ? null : await keyOf(secret, salt);
    // Before anything is closed: whoever does not know it, disturbs nobody.
    if (from !== null) Workspace.checkKey(path, from);
    await this.#whileClosed(from, () => {
      Workspace.changeKey(path, from, to);
      return Promise.resolve(to?.key ?? null);
    });
  }

  /**
   * Does something with the file while nothing of this desk has it open, and opens it again, whatever came of it.
   * @param key that it has; `work` gives the one that it has then
   */
  async #whileClosed(key: Uint8Array | null, work: () => Promise<Uint8Array | null>): Promise<void> {
    const { opened } = this;
    await this.#end(opened);
    let then = key;
    try {
      then = await work();
    } finally {
      this.#reopen(opened, then);
    }
  }

  #reopen(opened: Opened, key: Uint8Array | null): void {
    try {
      this.#start(Workspace.open(opened.workspace.path, key === null ? {} : { key }), opened.lock, false);
    } catch (error) {
      opened.lock[Symbol.dispose]();
      throw error;
    }
  }

  /** Somebody is there: an encrypted workspace that nobody uses locks itself. */
  touch(): void {
    clearTimeout(this.#idle);
    const opened = this.#opened;
    const minutes = opened?.workspace.isEncrypted === true ? settingsOf(opened.workspace).lockAfter : 0;
    if (minutes === 0) return;
    this.#idle = setTimeout(() => {
      // Work goes on, and its end counts as somebody being there.
      if (opened?.jobs.isBusy === true) this.touch();
      else this.lock().catch(() => {});
    }, minutes * 60_000).unref();
  }

  /** Stops what runs; it goes on when the workspace is opened again. */
  async close(): Promise<void> {
    await this.#turns.do(() => this.#close());
  }

  async #close(): Promise<void> {
    const opened = this.#opened;
    if (opened === null) return;
    const { workspace } = opened;
    const empty = opened.isNew && workspace.isEmpty;
    await this.#end(opened);
    // Made just now, by mistake or for an import that brought nothing: no trace is left.
    if (empty) for (const ending of ['', '-wal', '-shm']) rmSync(workspace.path + ending, { force: true });
    opened.lock[Symbol.dispose]();
  }

  /** Deletes what is open, for good. @param path of it, once more. @throws DeskError bad-input, held, not-allowed */
  async wipe(path: string): Promise<void> {
    await this.#turns.do(() => this.#wipe(path));
  }

  async #wipe(path: string): Promise<void> {
    const { opened } = this;
    const { workspace } = opened;
    if (path !== workspace.path)
      throw new DeskError('bad-input', `${path} is not open.`, `What is open is ${workspace.path}.`);
    const held = workspace.holds.list().length;
    if (held > 0)
      throw new DeskError(
        'held',
        `${held === 1 ? 'One message is' : `${held} messages are`} on hold.`,
        'Release what is on hold first, if nobody needs it any more.',
      );
    await this.#end(opened);
    try {
      for (const ending of ['', '-wal', '-shm']) rmSync(workspace.path + ending, { force: true });
      forgetCheckpoint(workspace.path);
    } catch (error) {
      throw new DeskError(
        'not-allowed',
        `${workspace.path} could not be deleted: ${(error as Error).message}.`,
        'See who may write in its folder, and delete the file there.',
      );
    } finally {
      opened.lock[Symbol.dispose]();
      this.tell({ kind: 'state', state: this.state() });
    }
  }

  /** Ends all that works on it, and closes it; the lock stays. */
  async #end(opened: Opened): Promise<void> {
    clearTimeout(this.#idle);
    this.#opened = null;
    this.#ending = opened;
    opened.closing.abort();
    await opened.jobs[Symbol.asyncDispose]();
    await opened.explainer[Symbol.asyncDispose]();
    await opened.loaded.catch(() => {});
    await keepQueue(opened);
    // Where nothing is kept it may still be reading; what goes wrong with that nobody would see any more.
    await opened.queue.caughtUp.catch(() => {});
    await opened.stop();
    opened.workspace.close();
    this.#ending = null;
  }

  state(): State {
    return this.#opened === null ? { open: false, locked: this.#locked } : stateOf(this.#opened);
  }

  /** What was written about some items shows in the queue, and is told. */
  changed(items: readonly number[]): void {
    (this.#opened ?? this.#ending)?.queue.refresh(items);
    this.tell({ kind: 'items', items: [...items] });
  }

  /** @throws DeskError held, nothing-to-do */
  async erase(input: WriteInput<'erase'>): Promise<z.infer<typeof Erased>> {
    return await this.#turns.do(() => this.#erase(input));
  }

  async #erase(input: WriteInput<'erase'>): Promise<z.infer<typeof Erased>> {
    const { writer, workspace, queue } = this.opened;
    const { items, held, revisions } = await writer.write('erase', input);
    queue.refresh(items);
    const { path, connection } = workspace;
    const names = revisions.map((id) => ({ id, name: workspace.revisions.get(id)?.name ?? '' }));
    // The file is written anew, so that no page holds what was taken out, and no memory holds what was derived from it.
    await this.#whileClosed(connection.key, async () => {
      await Workspace.rewrite(path, connection);
      return connection.key;
    });
    this.tell({ kind: 'items', items: null });
    return { items: items.length, held: [...held], revisions: names };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
