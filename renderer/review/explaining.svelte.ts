/** Why the message that is shown has its score: asked for once somebody stays with it, given up when they go on. */
import type { Explanation } from '../../desk/contract/queue.ts';
import type { QueueEntry } from '../../desk/contract/shapes.ts';
import type { DeskClient } from '../desk/door.svelte.ts';
import type { Tint } from '../text/pieces.ts';

/** Whoever is quicker than this decides without it. */
const STAYS_MS = 250;
const KEPT = 100;
/** A word that adds less than this is not tinted. */
const LEAST_EFFECT = 0.01;

export class Explaining {
  /** `none`: nothing can be explained; `stopped`: somebody did not want to wait */
  state = $state<'none' | 'working' | 'ready' | 'stopped' | 'failed'>('none');
  now = $state.raw<Explanation | null>(null);
  error = $state.raw<unknown>(null);
  readonly #desk: DeskClient;
  readonly #kept = new Map<string, Explanation>();
  #ends = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #entry: QueueEntry | undefined;

  constructor(desk: DeskClient) {
    this.#desk = desk;
  }

  /** Explains a message in place of the one before; undefined: none. */
  turnTo(entry: QueueEntry | undefined): void {
    this.#halt();
    this.#entry = entry;
    const known = entry && this.#kept.get(nameOf(entry));
    this.now = known ?? null;
    this.state = known ? 'ready' : entry && canBe(entry) ? 'working' : 'none';
    if (this.state === 'working') this.#timer = setTimeout(() => void this.#ask(), STAYS_MS);
  }

  /** Asks anew for what was stopped or failed. */
  again(): void {
    if (this.#entry === undefined || !canBe(this.#entry)) return;
    this.#halt();
    this.state = 'working';
    void this.#ask();
  }

  stop(): void {
    this.#halt();
    if (this.state === 'working') this.state = 'stopped';
  }

  /** Another model reads the queue, or another decision is alike: nothing that was said holds any more. */
  forget(): void {
    this.#kept.clear();
  }

  #halt(): void {
    clearTimeout(this.#timer);
    this.#ends.abort();
    this.#ends = new AbortController();
  }

  async #ask(): Promise<void> {
    const entry = this.#entry;
    if (entry === undefined) return;
    const { signal } = this.#ends;
    try {
      const explanation = await this.#desk.queue.explain({ item: entry.message.id }, { signal });
      if (signal.aborted) return;
      this.#kept.set(nameOf(entry), explanation);
      const [oldest] = this.#kept.keys();
      if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
      this.now = explanation;
      this.state = 'ready';
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
      this.state = 'failed';
    }
  }
}

/** An audit item is decided without the model; what it has not read cannot be explained. */
const canBe = ({ model }: QueueEntry): boolean => model !== null;
const nameOf = ({ message, model }: QueueEntry): string => `${message.id} ${message.version} ${model?.revision}`;

/** Words by what they add to the score, the one that adds most at full strength. */
export function tintsOf({ words }: Explanation): readonly Tint[] {
  const most = Math.max(...words.map(({ effect }) => effect ?? 0));
  if (most < LEAST_EFFECT) return [];
  return words
    .filter(({ effect, start, end }) => (effect ?? 0) >= LEAST_EFFECT && end > start)
    .map(({ start, end, effect }) => ({ start, end, weight: (effect ?? 0) / most }))
    .sort((a, b) => a.start - b.start);
}
