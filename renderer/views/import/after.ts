/** Has the model read what an import brings, as soon as it is in, whatever view is shown by then. */
import type { Recall } from '../../../desk/contract/guarantee.ts';
import type { Session } from '../../session.svelte.ts';
import { isOver } from '../../state/jobs.svelte.ts';

/** What follows an import: reading up to a recall target, or nothing. */
export type Afterwards = Recall | 'nothing';

export const RECALLS = ['all', 0.999, 0.99, 0.95] as const satisfies readonly Recall[];

export function readAfter(here: Pick<Session, 'hear' | 'attempt' | 'desk'>, job: number, recall: Recall): void {
  const end = here.hear((event) => {
    if (event.kind !== 'job' || event.job.id !== job || !isOver(event.job)) return;
    end();
    if (event.job.state === 'done')
      void here.attempt(async () => await here.desk.jobs.start({ kind: 'score', recall }));
  });
}
