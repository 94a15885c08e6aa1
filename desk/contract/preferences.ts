/** How somebody likes the window on this computer, whatever workspace is open. Holds nothing of any message. */
import { z } from 'zod';
import { Path } from './shapes.ts';

const Minutes = z.int().min(0).max(1440);

export const Preferences = z.strictObject({
  language: z.enum(['system', 'en', 'de']),
  theme: z.enum(['system', 'light', 'dark']),
  /** slurs are covered until somebody looks */
  masked: z.boolean(),
  /** words tinted by what they add to the score */
  tinted: z.boolean(),
  /** images are blurred until somebody looks */
  blurred: z.boolean(),
  /** … and shown without colour */
  greyscale: z.boolean(),
  /** says after so many minutes of review that a break would be good; 0: never */
  breakEvery: Minutes,
  /** ends a session of review after so many minutes; 0: never */
  sessionCap: Minutes,
  /** messages with one of these words are left to others */
  hiddenTopics: z.array(z.string().trim().min(1).max(100)).max(200),
  /** an encrypted workspace is locked when this computer sleeps or its screen is locked */
  lockOnSuspend: z.boolean(),
  /** where models are computed, for jobs that begin from now on: on the fastest that works here, or on the CPU alone */
  backend: z.enum(['auto', 'cpu']),
  /** keys that are not those that the program comes with, by action; '' for none */
  keys: z.record(z.string().max(60), z.string().max(40)),
  /** who reviews here; '' until somebody said so */
  reviewer: z.string().max(200),
  /** workspaces, the latest first */
  recent: z.array(Path).max(10),
});
export type Preferences = z.infer<typeof Preferences>;
export const PreferencesChange = Preferences.partial();
export type PreferencesChange = z.infer<typeof PreferencesChange>;

/** What a window proposes where nobody has said anything yet. */
export const Computer = z.object({
  /** name of whoever is logged in */
  person: z.string(),
  /** where documents lie */
  folder: z.string(),
});
