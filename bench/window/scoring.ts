/** How fast a model reads while somebody reviews, and how fast the same messages are read where nobody does. */
import { execFile } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import type { Shown } from '../../tests/e2e/browser.ts';
import { KEY } from './review.ts';

const MODERATO = fileURLToPath(new URL('../../cli/moderato.js', import.meta.url));
/** Between two decisions: somebody who reads what they decide. */
const PACE_MS = 1000;

export interface Read {
  readonly perSecond: number;
  readonly threads: number;
}

const triage = z.object({
  summary: z.object({ messages_per_second: z.number(), engine: z.object({ threads: z.number() }) }),
});

/** The command line reads an export into a workspace of its own. */
export async function readAlone(path: string, shown: Shown): Promise<Read> {
  const words = [MODERATO, 'triage', path, '--workspace', shown.file('alone.moderato'), '--any-language'];
  const { stdout } = await promisify(execFile)(process.execPath, [...words, '--top', '1', '--json'], {
    env: shown.environment,
    maxBuffer: 1 << 26,
  });
  const { messages_per_second: perSecond, engine } = triage.parse(JSON.parse(stdout)).summary;
  return { perSecond, threads: engine.threads };
}

const report = z.object({
  read: z.number(),
  engine: z.object({ threads: z.number() }),
  seconds: z.object({ scoring: z.number() }),
});

/** A job of the window's own desk reads it, into the workspace that is open, while somebody decides in the window. */
export async function readBeside(path: string, shown: Shown, page: Page): Promise<Read> {
  const { client } = shown;
  await shown.import(path);
  const { id } = await client.jobs.start({ kind: 'score', anyLanguage: true });
  const ended = shown.ended(id);
  let isOver = false;
  ended.finally(() => (isOver = true)).catch(() => {});
  while (!isOver) {
    await Promise.race([wait(PACE_MS), ended]);
    await page.keyboard.press(KEY);
  }
  await ended;
  const { read, engine, seconds } = report.parse((await client.jobs.get({ job: id })).report);
  return { perSecond: read / seconds.scoring, threads: engine.threads };
}
