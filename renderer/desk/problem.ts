/** What went wrong, as people are told: a sentence, and what to do now. */
import { ORPCError } from '@orpc/client';
import type { Job } from '../../desk/contract/jobs.ts';
import { frame } from '../messages/frame.ts';
import { jobs } from '../messages/jobs.ts';
import { ConnectionLost } from './door.svelte.ts';
import { said } from './said.ts';

export interface Problem {
  /** what the window tells problems apart by: a kind of the desk, `lost`, or `unforeseen` */
  readonly kind: string;
  readonly message: string;
  readonly remedy: string;
  /** file, row or key that it is about */
  readonly place?: string;
}

export function problemOf(error: unknown): Problem {
  if (error instanceof ConnectionLost) return { kind: 'lost', message: frame.lost(), remedy: '' };
  if (error instanceof ORPCError && error.code === 'REFUSED' && isRefusal(error.data))
    return { ...error.data, message: said(error.message), remedy: said(error.data.remedy) };
  return { kind: 'unforeseen', message: frame.unforeseen(), remedy: frame.unforeseenRemedy() };
}

/** Why a job failed, in one line. */
export const problemOfJob = ({ problem }: Pick<Job, 'problem'>): string =>
  problem === null ? jobs.failed() : wordsOf(problem);

/** What failed and what to do, in one line: some say what to do at their end already. */
export const wordsOf = ({ message, remedy }: Pick<Problem, 'message' | 'remedy'>): string =>
  `${said(message)} ${message.endsWith(remedy) ? '' : said(remedy)}`.trim();

/** The contract has checked it on its way out. */
const isRefusal = (data: unknown): data is { kind: string; remedy: string; place?: string } =>
  typeof data === 'object' && data !== null && 'kind' in data && 'remedy' in data;
