/**
 * What a window may ask of the shell around it: the desktop program's main process answers (electron/main/shell-calls.ts).
 * In a browser there is no shell, and the window does without: it asks for paths in words.
 */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { COMMANDS } from './menus.ts';
import { Path } from './shapes.ts';

/** What files are chosen for: decides which endings the dialog offers, and what it is called. */
export const OPENING = ['workspace', 'import', 'model', 'signed-file', 'test-suite'] as const;
export const SAVING = ['workspace', 'copy', 'export', 'evidence', 'report', 'signed-file'] as const;

const nothing = z.strictObject({});

export const Recent = z.object({
  path: z.string(),
  /** its file is where it was */
  there: z.boolean(),
});

export const About = z.object({
  version: z.string(),
  /** when it was built */
  built: z.iso.date(),
  /** days since then: updates are files that a person opens, so the program says how old it is */
  days: z.int().min(0),
  runtime: z.string(),
});

export const ShellEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('command'), command: z.enum(COMMANDS) }),
  /** a workspace was opened from outside: a double click, the dock, a second start of the program */
  z.object({ kind: z.literal('open'), path: z.string() }),
  /** the computer slept: an encrypted workspace is locked, and times on the screen are old */
  z.object({ kind: z.literal('resumed') }),
]);
export type ShellEvent = z.infer<typeof ShellEvent>;

export const shellContract = {
  /** asks a person for files; none where they think better of it */
  chooseFiles: oc
    .input(z.strictObject({ opening: z.enum(OPENING), several: z.boolean().default(false) }))
    .output(z.object({ paths: z.array(Path) })),
  /** an export of some platforms is a folder */
  chooseFolder: oc.output(z.object({ path: Path.nullable() })),
  /** asks where to write; that a file which is there will be replaced was asked for by the dialog */
  chooseTarget: oc
    .input(z.strictObject({ saving: z.enum(SAVING), name: z.string().max(200) }))
    .output(z.object({ path: Path.nullable() })),
  /** the workspace that the window is to open at its start: named by whoever started the program, or open when the desk stopped */
  start: oc.output(z.object({ path: Path.nullable() })),
  recent: oc.output(z.array(Recent)),
  forgetRecent: oc.input(z.strictObject({ path: Path })).output(z.array(Recent)),
  about: oc.output(About),
  /** the language of the window, which menus and dialogs take from then on */
  speak: oc.input(z.strictObject({ language: z.enum(['en', 'de']) })).output(nothing),
  newWindow: oc.output(nothing),
  quit: oc.output(nothing),
  events: oc.output(eventIterator(ShellEvent)),
} as const;

export type ShellContract = typeof shellContract;
