/** What somebody was doing in a view stays while they look at another one, as long as the workspace is open. */
import type { Session } from '../session.svelte.ts';
import { Pace } from './pace.svelte.ts';
import { Reviewing } from './reviewing.svelte.ts';
import type { Asked } from './wanted.ts';

export class Kept {
  readonly pace: Pace;
  readonly queue: Reviewing;
  readonly search: Reviewing;
  /** what each of them was asked for last */
  readonly asked = $state<{ queue?: Asked; search?: Asked }>({});

  /** @param pace goes on where another workspace was open before */
  constructor(session: Session, pace = new Pace()) {
    this.pace = pace;
    this.queue = new Reviewing(session, pace);
    this.search = new Reviewing(session, pace);
  }

  end(): void {
    this.queue.end();
    this.search.end();
  }
}

const bySession = new WeakMap<Session, { readonly path: string; readonly kept: Kept }>();

export function keptOf(session: Session): Kept {
  const path = session.workspace.open?.path ?? '';
  const known = bySession.get(session);
  if (known?.path === path) return known.kept;
  known?.kept.end();
  const kept = new Kept(session, known?.kept.pace);
  bySession.set(session, { path, kept });
  return kept;
}
