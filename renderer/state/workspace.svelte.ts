/** What is open, as the desk last said it. */
import type { State } from '../../desk/contract/workspace.ts';

export type OpenState = Extract<State, { open: true }>;

export class WorkspaceState {
  /** null until the desk has said it */
  now = $state.raw<State | null>(null);

  /** What is open; null where nothing is. */
  get open(): OpenState | null {
    return this.now?.open === true ? this.now : null;
  }

  /** Path of the workspace that waits for its passphrase. */
  get locked(): string | null {
    return this.now?.open === false ? this.now.locked : null;
  }

  /** How people call it: its file without folder and ending. */
  get name(): string {
    return nameOfFile(this.open?.path ?? this.locked ?? '');
  }
}

export const nameOfFile = (path: string): string => (path.split(/[/\\]/).at(-1) ?? path).replace(/\.moderato$/, '');
