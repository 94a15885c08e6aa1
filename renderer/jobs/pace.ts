/** What a job does and how far it is, in words. */
import type { Job } from '../../desk/contract/jobs.ts';
import { bytes, number, span } from '../i18n/format.ts';
import { jobs } from '../messages/jobs.ts';

/** As the desk calls them. What is not here is shown as the desk says it. */
const DOING: Readonly<Record<string, () => string>> = {
  Importing: jobs.importing,
  'Opening the model': jobs.opening,
  Scoring: jobs.scoring,
  Training: jobs.training,
  'Reading with the model of the queue': jobs.readingBefore,
  'Reading with the new model': jobs.readingNew,
  'Reading test cases': jobs.readingCases,
  Exporting: jobs.exporting,
  Writing: jobs.writing,
  Counting: jobs.counting,
  Checking: jobs.checking,
  Merging: jobs.merging,
  Signing: jobs.signing,
  Gathering: jobs.gathering,
  'Testing the explanations': jobs.explaining,
};
const COMPARES = 'Training to compare, ';
const ASKS = 'Asking ';

export function doingOf({ state, doing }: Pick<Job, 'state' | 'doing'>): string {
  if (state === 'waiting') return jobs.waiting();
  if (state === 'paused') return jobs.paused();
  if (doing === '') return jobs.starting();
  if (doing.startsWith(COMPARES))
    return jobs.compareTraining({ part: doing.slice(COMPARES.length).replace(' of ', '/') });
  if (doing.startsWith(ASKS)) return jobs.asking({ model: doing.slice(ASKS.length) });
  return DOING[doing]?.() ?? doing;
}

/** `12.4 MB of 40 MB · 8 MB/s · 4 s left`, as far as it is known. */
export function paceOf({ state, done, total, unit, rate, secondsLeft }: Job): string {
  const shown = unit === 'bytes' ? bytes : (value: number) => number(Math.round(value));
  const running = state === 'running';
  return [
    total === null ? (done > 0 ? shown(done) : '') : jobs.of({ done: shown(done), total: shown(total) }),
    running && rate > 0 ? jobs.each({ rate: unit === 'bytes' ? bytes(rate) : number(sensible(rate)) }) : '',
    running && secondsLeft !== null ? jobs.left({ time: span(Math.max(1, secondsLeft)) }) : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

/** Rates as people read them: 1.4, 14, 1,400. */
const sensible = (rate: number): number => (rate < 10 ? Math.round(rate * 10) / 10 : Math.round(rate));
