import { z } from 'zod';
import { Forecast, Guarantee } from './guarantee.ts';
import { Job } from './jobs.ts';
import { KINDS } from '../importers/kinds.ts';
import { SHORTEST_PASSPHRASE } from './passphrase.ts';
import { Preferences } from './preferences.ts';
import { Id, Note, NotRead, Path, Share } from './shapes.ts';

/** What opens an encrypted workspace. */
export const Secret = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('passphrase'), passphrase: z.string().min(1).max(1024) }),
  z.strictObject({ kind: z.literal('recovery-key'), key: z.string().min(1).max(200) }),
]);

export const Open = z.strictObject({
  path: Path,
  /** `may`: where there is none, one is made */
  create: z.enum(['must', 'may', 'never']).default('never'),
  /** in place of what is open, which is closed once this one can be opened, and stays where it cannot */
  instead: z.boolean().default(false),
  /** opens one that is encrypted; a new one is encrypted with a passphrase that is given here */
  secret: Secret.optional(),
});

/** Opens what was locked, or proves that whoever changes the passphrase knows the old one. */
export const Unlock = z.strictObject({ secret: Secret });
export const Protect = z.strictObject({
  /** where it is encrypted already */
  secret: Secret.optional(),
  passphrase: z.string().min(SHORTEST_PASSPHRASE, `must have ${SHORTEST_PASSPHRASE} signs or more`).max(1024),
});
/** To be printed and kept apart: it opens the workspace until the passphrase is changed. */
export const RecoveryKey = z.object({ recoveryKey: z.string() });

export const Copy = z.strictObject({ to: Path });

/** Its path once more, so that nobody deletes another one than they mean. */
export const Wipe = z.strictObject({ path: Path });

export const Check = z.object({
  whole: z.boolean(),
  /** in words, where not */
  problems: z.array(z.string()),
});

const Counts = z.object({
  kinds: z.record(z.enum(KINDS), z.int().min(0)),
  /** messages that the model has read, and that wait for it */
  scored: z.int().min(0),
  waiting: z.int().min(0),
  /** items about which somebody has done something */
  decided: z.int().min(0),
  notRead: z.partialRecord(NotRead, z.int().min(0)),
  /** messages in languages that the model was not measured on, by language */
  otherLanguages: z.record(z.string(), z.int().min(0)),
});

export const State = z.discriminatedUnion('open', [
  z.object({
    open: z.literal(false),
    /** path of the workspace that was locked and waits for its passphrase */
    locked: z.string().nullable(),
  }),
  z.object({
    open: z.literal(true),
    path: z.string(),
    encrypted: z.boolean(),
    /** a newer program made it: it can be read, not changed */
    readOnly: z.boolean(),
    /** the queue's columns are still being read */
    loading: z.boolean(),
    /** sentences for people: network drive, synchronised folder */
    warnings: z.array(z.string()),
    /** the model whose scores the queue shows */
    revision: z
      .object({
        id: Id,
        name: z.string(),
        labels: z.array(z.string()),
        base: z.string(),
        /** SHA-256 of its adapter; null where it has none */
        adapter: z.string().nullable(),
        depth: z.int(),
      })
      .nullable(),
    counts: Counts,
    /** null where nothing was set aside */
    guarantee: Guarantee.nullable(),
  }),
]);
export type State = z.infer<typeof State>;

export const Settings = z.strictObject({
  /** said to whoever escalates: whom to call, where to report */
  contact: Note,
  /** an encrypted workspace locks itself after so many minutes without a call; 0: never */
  lockAfter: z.int().min(0).max(1440),
  /** one message in so many is drawn at random for the audit, when it is scored; 0: none */
  auditEvery: z.int().min(0).max(10_000),
});
export type Settings = z.infer<typeof Settings>;

export const Event = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('job'), job: Job }),
  /** items whose row in a queue may look otherwise now; null: any may */
  z.object({ kind: z.literal('items'), items: z.array(Id).nullable() }),
  z.object({ kind: z.literal('state'), state: State }),
  /** the highest scores so far, while few messages, drawn at random, were read */
  z.object({
    kind: z.literal('provisional'),
    leaders: z.array(z.object({ item: Id, score: Share })),
    done: z.int(),
    total: z.int(),
  }),
  /** what each recall target would cost, as soon as a sample was read */
  z.object({ kind: z.literal('forecast'), forecast: Forecast }),
  /** another window, or this one, set something */
  z.object({ kind: z.literal('preferences'), preferences: Preferences }),
  /** a sentence for people: the engine died and went on, it moved to the processor, an import reads otherwise than those before */
  z.object({ kind: z.literal('notice'), message: z.string() }),
]);
export type Event = z.infer<typeof Event>;
