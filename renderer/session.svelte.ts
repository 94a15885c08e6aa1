/**
 * All that the window holds, from its start to its end: the door to the desk, what the desk said last, keys, the place that is
 * shown. Made once in main.ts; a component takes it with `session()`.
 */
import { getContext, setContext, tick } from 'svelte';
import type { Preferences } from '../desk/contract/preferences.ts';
import type { Event, State } from '../desk/contract/workspace.ts';
import type { Connect } from './desk/connect.ts';
import { type DeskClient, Door } from './desk/door.svelte.ts';
import { problemOf } from './desk/problem.ts';
import { said } from './desk/said.ts';
import { Router } from './frame/router.svelte.ts';
import { nearestLocale, type Locale } from './i18n/locale.ts';
import { Keys } from './keys/keys.svelte.ts';
import { doCommand } from './shell/commands.ts';
import type { Shell } from './shell/shell.ts';
import { Jobs, isOver } from './state/jobs.svelte.ts';
import { Announcer, Toasts } from './state/toasts.svelte.ts';
import { WorkspaceState } from './state/workspace.svelte.ts';

/** Counts of a workspace that changes all the time are asked for once in this time. */
const STATE_EVERY_MS = 1000;

/** What opens an encrypted workspace. */
type Secret =
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'recovery-key'; readonly key: string };

/** What nobody can go on with, and is not said in passing: it needs a way out. */
export interface Trouble {
  readonly error: unknown;
  /** the workspace that was to be opened; null where something else failed */
  readonly path: string | null;
}

/** Of these nothing gets better by itself, and all that follows fails as well. */
const STOPS: ReadonlySet<string> = new Set(['disk-full', 'storage', 'read-only', 'corrupt', 'model-file']);

export class Session {
  readonly door: Door;
  readonly desk: DeskClient;
  readonly workspace = new WorkspaceState();
  readonly jobs = new Jobs();
  readonly keys: Keys;
  readonly router: Router;
  readonly toasts = new Toasts();
  readonly announcer = new Announcer();
  /** dialogs and menus of the desktop; null in a browser */
  shell = $state.raw<Shell | null>(null);
  /** null until the desk has said them */
  preferences = $state.raw<Preferences | null>(null);
  /** what somebody did to the window that no view has taken up yet: files that were dropped */
  dropped = $state.raw<readonly string[]>([]);
  /** who reviews here; null until they did something in this workspace */
  me = $state.raw<{ readonly id: number; readonly name: string } | null>(null);
  /** shown once, until somebody says that it is kept */
  recoveryKey = $state<string | null>(null);
  /** path of an encrypted workspace that somebody wants to open */
  asked = $state<string | null>(null);
  /** said over whatever is shown, until somebody chooses a way out */
  trouble = $state.raw<Trouble | null>(null);
  readonly #languages: readonly string[];
  readonly #listeners = new Set<(event: Event) => void>();
  #asking: ReturnType<typeof setTimeout> | undefined;
  #landing: ((paths: readonly string[]) => void) | null = null;
  #begin: () => void = () => {};
  /** it is known what is open, for the first time */
  readonly #begun = new Promise<void>((resolve) => (this.#begin = resolve));

  constructor(connect: Connect, page: Window) {
    this.door = new Door(connect, () => this.workspace.open?.path ?? null);
    this.desk = this.door.desk;
    this.keys = new Keys(/mac/i.test(page.navigator.platform));
    this.router = new Router(page);
    this.#languages = page.navigator.languages;
  }

  get locale(): Locale {
    const wanted = this.preferences?.language ?? 'system';
    return wanted === 'system' ? nearestLocale(this.#languages) : wanted;
  }

  /** Runs as long as the window. */
  async run(): Promise<void> {
    await this.door.keep(
      async () => {
        const [preferences, state] = await Promise.all([this.desk.preferences.get(), this.desk.workspace.state()]);
        this.#take(preferences);
        await this.#show(await this.#withWhatWasMeant(state));
        // The views are there, which do what menus ask for.
        await tick();
        this.#begin();
        // While it was away, anything may have changed.
        this.#tell({ kind: 'items', items: null });
      },
      (event) => this.#hear(event),
    );
  }

  /** Calls `listener` with each event from now on. @returns ends it */
  hear(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** There is a desktop around the window, which is heard from now on. */
  surround(shell: Shell): void {
    this.shell = shell;
    void this.#hearShell(shell);
  }

  /** Files are being let go of over something that takes them itself; null: over the window. Their paths come a moment later. */
  landAt(takes: ((paths: readonly string[]) => void) | null): void {
    this.#landing = takes;
  }

  /** Files were let go of over the window. */
  drop(paths: readonly string[]): void {
    const [path = ''] = paths;
    if (paths.length === 1 && path.endsWith('.moderato')) return void this.openFromOutside(path);
    if (this.#landing !== null) return this.#landing(paths);
    this.dropped = paths;
    this.router.go('import');
  }

  /** Asks what is open, what is being worked on, and whether whoever sits here has reviewed in it before. */
  async askState(): Promise<void> {
    await this.#show(await this.desk.workspace.state());
  }

  async #show(state: State): Promise<void> {
    const [jobs, me] = state.open ? await Promise.all([this.desk.jobs.list(), this.#findMe()]) : [[], null];
    this.jobs.replace(jobs);
    this.me = me;
    this.workspace.now = state;
  }

  /** Number of whoever reviews here, who is added to the workspace with their first action. @throws what the desk refuses */
  async reviewer(): Promise<number> {
    this.me ??= (await this.#findMe()) ?? (await this.desk.reviewers.add({ name: await this.#myName() }));
    return this.me.id;
  }

  /** Opens a workspace, in place of the one that is open: that stays where this one is refused. @throws what the desk refuses */
  async open(path: string, create: 'must' | 'may' | 'never', secret?: Secret): Promise<void> {
    try {
      await this.desk.workspace.open({ path, create, instead: true, ...(secret !== undefined && { secret }) });
      await this.#remember(path);
    } finally {
      await this.askState();
    }
    this.asked = null;
  }

  /** Takes a workspace out of the lists of those that were open lately. @throws what the desk refuses */
  async forget(path: string): Promise<void> {
    await this.shell?.forgetRecent({ path });
    await this.prefer({ recent: this.preferences?.recent.filter((one) => one !== path) ?? [] });
  }

  /** Starts a workspace; with a passphrase it is encrypted, and its recovery key stands ready. @throws what the desk refuses */
  async create(path: string, passphrase: string | null): Promise<void> {
    await this.open(path, 'must', passphrase === null ? undefined : { kind: 'passphrase', passphrase });
    if (passphrase === null) return;
    const secret = { kind: 'passphrase', passphrase } as const;
    this.recoveryKey = (await this.desk.workspace.protect({ passphrase, secret })).recoveryKey;
  }

  /** @throws what the desk refuses */
  async close(): Promise<void> {
    await this.desk.workspace.close();
    await this.askState();
  }

  async lock(): Promise<void> {
    await this.attempt(async () => await this.desk.workspace.lock());
    await this.attempt(() => this.askState());
  }

  /** @throws what the desk refuses */
  async unlock(secret: Secret): Promise<void> {
    await this.desk.workspace.unlock({ secret });
    await this.askState();
  }

  /** Leaves what is locked alone, to open something else. */
  leaveLocked(): void {
    this.workspace.now = { open: false, locked: null };
  }

  /** Sets how somebody likes the window; it shows at once, until the desk refuses it. @throws what the desk refuses */
  async prefer(change: Partial<Preferences>): Promise<void> {
    const before = this.preferences;
    const wanted = before === null ? null : { ...before, ...change };
    if (wanted !== null) this.#take(wanted);
    try {
      this.#take(await this.desk.preferences.set(change));
    } catch (error) {
      if (before !== null && this.preferences === wanted) this.#take(before);
      throw error;
    }
  }

  /** Does something whose failure is said in a toast, or stops whoever did it. @returns undefined where it failed */
  async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      const { kind, message, remedy } = problemOf(error);
      if (STOPS.has(kind)) this.trouble = { error, path: null };
      // The whole window says so already.
      else if (kind !== 'lost') this.toasts.say(`${message} ${remedy}`, { tone: 'bad' });
      return undefined;
    }
  }

  /** As `open`, of what somebody chose: a refusal is said with the ways out of it, a passphrase asked for. */
  async openFromOutside(path: string): Promise<void> {
    if (path === this.workspace.open?.path) return;
    await this.open(path, 'never').catch((error: unknown) => this.#refused(path, error));
  }

  /**
   * Opens what the program was started with, or what was open when the desk died, unless the desk or another window has.
   * @returns what is open then
   */
  async #withWhatWasMeant(state: State): Promise<State> {
    if (this.shell === null) return state;
    if (state.open) void this.attempt(() => this.#remember(state.path));
    if (state.open || state.locked !== null) return state;
    const { path } = await this.shell.start();
    if (path === null) return state;
    const opening = async (): Promise<void> => {
      await this.desk.workspace.open({ path });
      await this.#remember(path);
    };
    await opening().catch(async (error: unknown) => {
      // Another window may have been faster.
      if (!(await this.desk.workspace.state()).open) this.#refused(path, error);
    });
    return await this.desk.workspace.state();
  }

  /** As the one that was open last. */
  async #remember(path: string): Promise<void> {
    const recent = this.preferences?.recent ?? [];
    if (path === recent[0]) return;
    await this.prefer({ recent: [path, ...recent.filter((one) => one !== path)].slice(0, 10) });
  }

  #refused(path: string, error: unknown): void {
    const { kind } = problemOf(error);
    if (kind === 'encrypted') this.asked = path;
    else if (kind !== 'lost') this.trouble = { error, path };
  }

  /** Until the shell is gone, and with it the window. */
  async #hearShell(shell: Shell): Promise<void> {
    for await (const event of await shell.events()) {
      // What a window was opened for comes before it knows what it would close for that.
      await this.#begun;
      if (event.kind === 'open') await this.openFromOutside(event.path);
      else if (event.kind === 'command') await this.attempt(() => doCommand(this, event.command));
      // Times on the screen are old, and the desk may have locked.
      else await this.attempt(() => this.askState());
    }
  }

  async #findMe(): Promise<{ readonly id: number; readonly name: string } | null> {
    const [name, all] = await Promise.all([this.#myName(), this.desk.reviewers.list()]);
    return all.find((one) => one.name.toLowerCase() === name.toLowerCase()) ?? null;
  }

  async #myName(): Promise<string> {
    const said = this.preferences?.reviewer ?? '';
    return said === '' ? (await this.desk.preferences.computer()).person : said;
  }

  #take(preferences: Preferences): void {
    this.preferences = preferences;
    this.keys.own = preferences.keys;
  }

  #hear(event: Event): void {
    if (event.kind === 'state') this.#hearState(event.state);
    if (event.kind === 'preferences') this.#take(event.preferences);
    if (event.kind === 'notice') this.toasts.say(said(event.message));
    if (event.kind === 'job') {
      this.jobs.take(event.job);
      if (isOver(event.job)) this.#askSoon();
    }
    if (event.kind === 'items') this.#askSoon();
    this.#tell(event);
  }

  /** Another window may have opened another workspace: who reviews there, and what is worked on, are its own. */
  #hearState(state: State): void {
    const isAnother = state.open && state.path !== this.workspace.open?.path;
    // Where it fails, that one is closed again, or the desk is gone: either is heard by itself.
    if (isAnother) void this.#show(state).catch(() => {});
    else this.workspace.now = state;
  }

  #tell(event: Event): void {
    for (const listener of this.#listeners) listener(event);
  }

  #askSoon(): void {
    this.#asking ??= setTimeout(() => {
      this.#asking = undefined;
      void this.desk.workspace.state().then(
        (state) => (this.workspace.now = state),
        () => {},
      );
    }, STATE_EVERY_MS);
  }
}

const KEY = Symbol('session');

export const provideSession = (it: Session): Session => setContext(KEY, it);
/** The session, to be called while a component is made. */
export const session = (): Session => getContext<Session>(KEY);
