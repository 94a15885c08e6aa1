import type { ViewName } from '../frame/routes.ts';

/** Something that a key can do. */
export interface Action {
  /** `queue.skip`: what preferences remember it by */
  readonly id: string;
  /** the view in which it works; null: everywhere */
  readonly where: ViewName | null;
  readonly title: () => string;
  /** as `wordOf` writes it; null: none until somebody gives it one */
  readonly key: string | null;
  /** a held key does it again and again */
  readonly repeats?: boolean;
  /** also while somebody writes: for keys with Ctrl alone */
  readonly whileWriting?: boolean;
}
