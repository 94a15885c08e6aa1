/** What somebody is about to import: paths, what the desk says lies there, and how it is to be read. Lives as long as the view. */
import type { Columns, Preview } from '../../../desk/contract/imports.ts';
import type { Start } from '../../../desk/contract/jobs.ts';

export type Source = Preview['sources'][number];
type Dates = NonNullable<Extract<Start, { kind: 'import' }>['dates']>;

/** What the plan needs of the desk. */
export interface PlanDesk {
  readonly imports: {
    preview(
      input: { paths: string[]; columns?: Columns; dates?: Dates },
      options: { signal: AbortSignal },
    ): Promise<Preview>;
  };
}

export const ROLES = ['text', 'author', 'time', 'channel', 'id', 'replyTo', 'label'] as const;
export type Role = (typeof ROLES)[number];

export class ImportPlan {
  paths = $state.raw<readonly string[]>([]);
  /** null until it is known */
  preview = $state.raw<Preview | null>(null);
  error = $state.raw<unknown>(null);
  busy = $state(false);
  /** what was said of the columns, instead of what they suggest; without a text it is not finished */
  columns = $state.raw<Partial<Columns> | null>(null);
  dates = $state<Dates | ''>('');
  readonly #desk: PlanDesk;
  #asking = new AbortController();

  constructor(desk: PlanDesk) {
    this.#desk = desk;
  }

  /** Tables of the plan: one mapping is for all of them. */
  get tables(): readonly Source[] {
    return this.preview?.sources.filter(({ columns }) => columns !== null) ?? [];
  }

  /** The mapping that the tables are read with; null where none of their columns looks like text. */
  get mapping(): Partial<Columns> | null {
    return this.columns ?? this.tables.find(({ mapping }) => mapping !== null)?.mapping ?? null;
  }

  /** A table is there, and nobody has said which column holds the text. */
  get needsText(): boolean {
    return this.tables.length > 0 && this.mapping?.text === undefined;
  }

  get asksForDates(): boolean {
    return this.preview?.sources.some(({ format, ask }) => format === 'whatsapp-txt' && ask !== null) ?? false;
  }

  /** Something can be imported as it stands. */
  get ready(): boolean {
    const { preview } = this;
    if (this.busy || preview === null || this.error !== null) return false;
    const only = preview.sources.filter(({ problem }) => problem === null);
    return only.some(({ columns }) => columns === null || !this.needsText);
  }

  async add(paths: readonly string[]): Promise<void> {
    const all = new Set([...this.paths, ...paths.map((path) => path.trim()).filter((path) => path !== '')]);
    if (all.size === this.paths.length) return;
    this.paths = [...all];
    await this.look();
  }

  async remove(path: string): Promise<void> {
    this.paths = this.paths.filter((one) => one !== path);
    await this.look();
  }

  clear(): void {
    this.#asking.abort();
    this.#asking = new AbortController();
    this.paths = [];
    this.preview = null;
    this.error = null;
    this.columns = null;
    this.dates = '';
    this.busy = false;
  }

  /** Gives a column a role, or takes its role away. A role is one column's alone. */
  async assign(column: string, role: Role | ''): Promise<void> {
    const others = Object.entries(this.mapping ?? {}).filter(([had, name]) => name !== column && had !== role);
    this.columns = Object.fromEntries(role === '' ? others : [...others, [role, column]]);
    if (!this.needsText) await this.look();
  }

  /** Asks the desk what lies there; an answer that was overtaken by another question is not heard. */
  async look(): Promise<void> {
    this.#asking.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.error = null;
    if (this.paths.length === 0) {
      this.clear();
      return;
    }
    this.busy = true;
    try {
      const preview = await this.#desk.imports.preview(this.#how(), { signal: asking.signal });
      if (this.#asking === asking) this.preview = preview;
    } catch (error) {
      if (this.#asking === asking) this.error = error;
    } finally {
      if (this.#asking === asking) this.busy = false;
    }
  }

  /** What the job is started with. */
  start(): Extract<Start, { kind: 'import' }> {
    return { kind: 'import', ...this.#how() };
  }

  #how(): { paths: string[]; columns?: Columns; dates?: Dates } {
    return {
      paths: [...this.paths],
      ...(isColumns(this.columns) && { columns: this.columns }),
      ...(this.dates !== '' && { dates: this.dates }),
    };
  }
}

const isColumns = (said: Partial<Columns> | null): said is Columns => said?.text !== undefined;
