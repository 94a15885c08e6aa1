/**
 * The one door of the desk: every query, command and event, with what goes in and what comes back. Window, command line
 * and tests use this door alone. What does not fit is refused before anything happens; what the desk refuses comes back
 * as REFUSED with a code, a sentence for people, and what to do now.
 *
 * This file and desk/contract/ run in a window too: they know nothing of Node.
 */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { Agreement } from './contract/agreement.ts';
import * as audit from './contract/audit.ts';
import { DoctorInput, Examined } from './contract/doctor.ts';
import { Explanations } from './contract/explanations.ts';
import { Functional } from './contract/functional.ts';
import * as insights from './contract/insights.ts';
import * as evidence from './contract/evidence.ts';
import * as imports from './contract/imports.ts';
import * as jobs from './contract/jobs.ts';
import * as models from './contract/models.ts';
import { Computer, Preferences, PreferencesChange } from './contract/preferences.ts';
import { Problem } from './contract/problem.ts';
import * as queue from './contract/queue.ts';
import * as review from './contract/review.ts';
import * as revisions from './contract/revisions.ts';
import * as sources from './contract/sources.ts';
import { Done, Id, Ids, Label, Name, Note, Policy, QueueEntry, Reviewer, Severity } from './contract/shapes.ts';
import * as workspace from './contract/workspace.ts';

const call = oc.errors({ REFUSED: { data: Problem } });
const nothing = z.strictObject({});

export const contract = {
  workspace: {
    /** what is open, and how it is */
    state: call.output(workspace.State),
    open: call.input(workspace.Open).output(workspace.State),
    close: call.output(nothing),
    /** encrypts it, or gives it another passphrase; every page is written anew */
    protect: call.input(workspace.Protect).output(workspace.RecoveryKey),
    /** takes the encryption away */
    unprotect: call.input(workspace.Unlock).output(nothing),
    /** nothing can be seen any more until it is unlocked */
    lock: call.output(workspace.State),
    unlock: call.input(workspace.Unlock).output(workspace.State),
    /** a copy of the workspace as it is now, while it is in use */
    copy: call.input(workspace.Copy).output(nothing),
    /** deletes what is open, with all that lies beside it; refused while a message in it is on hold */
    wipe: call.input(workspace.Wipe).output(nothing),
    /** reads every page and says whether all is well */
    check: call.output(workspace.Check),
  },
  jobs: {
    /** resolves as soon as the job is written down; `events` says how it goes */
    start: call.input(jobs.Start).output(jobs.Job),
    list: call.output(z.array(jobs.Job)),
    get: call.input(z.strictObject({ job: Id })).output(jobs.Job),
    pause: call.input(z.strictObject({ job: Id })).output(jobs.Job),
    resume: call.input(z.strictObject({ job: Id })).output(jobs.Job),
    /** what was done up to there is kept */
    cancel: call.input(z.strictObject({ job: Id })).output(jobs.Job),
  },
  imports: {
    /** what lies at some paths, and how it would be read, before anything is taken in */
    preview: call.input(imports.PreviewInput).output(imports.Preview),
  },
  queue: {
    page: call.input(queue.PageInput).output(queue.Page),
    /** how many a filter hits, before something is done to all of them */
    count: call.input(queue.CountInput).output(z.object({ total: z.int().min(0) })),
    /** what there is to filter by, with how many items each */
    facets: call.output(queue.Facets),
    /** whom a pseudonym stands for, as a number to filter by */
    author: call.input(queue.AuthorInput).output(z.object({ author: Id })),
    item: call.input(queue.ItemInput).output(queue.ItemDetail),
    /** the message with what stands around it, and the chain of replies that leads to it */
    conversation: call.input(queue.ConversationInput).output(queue.Conversation),
    /** an attachment that is a picture and lies beside the export that it came in */
    picture: call.input(queue.PictureInput).output(queue.Picture),
    explain: call.input(queue.ExplainInput).output(queue.Explanation),
  },
  review: {
    decide: call.input(review.Decide).output(Done),
    /** the same for all that a filter hits; `expected` is what `queue.count` said */
    decideAll: call.input(review.DecideAll).output(Done),
    skip: call.input(review.Skip).output(Done),
    escalate: call.input(review.Escalate).output(review.Escalated),
    reopen: call.input(review.Reopen).output(Done),
    /** has messages, drawn at random, decided by a second reviewer who is not shown what the first decided */
    doubleReview: call.input(review.DoubleReview).output(Done),
    note: call.input(review.Annotate).output(Done),
    undo: call.input(review.By).output(Done),
    redo: call.input(review.By).output(Done),
    /** all that was said about an item */
    history: call.input(review.HistoryInput).output(z.array(review.Event)),
  },
  sources: {
    /** what was imported, in that order */
    list: call.output(z.array(sources.Source)),
    /** rows that could not be read as messages, with the reason */
    rejected: call.input(sources.RejectedInput).output(z.array(sources.Rejected)),
  },
  policies: {
    list: call.output(z.array(Policy)),
    put: call
      .input(z.strictObject({ id: Id.optional(), name: Name, guidance: Note, retired: z.boolean().default(false) }))
      .output(Policy),
  },
  labels: {
    list: call.output(z.array(Label)),
    put: call
      .input(
        z.strictObject({
          id: Id.optional(),
          policy: Id.nullable().default(null),
          name: Name,
          key: z.string().trim().min(1).max(20).nullable().default(null),
          guidance: Note.default(''),
          severity: Severity,
          retired: z.boolean().default(false),
        }),
      )
      .output(Label),
    arrange: call.input(z.strictObject({ ids: Ids })).output(z.array(Label)),
  },
  reviewers: {
    list: call.output(z.array(Reviewer)),
    add: call.input(z.strictObject({ name: Name })).output(Reviewer),
    /** how far they agree where they decided without knowing of each other, and what became of appeals */
    agreement: call.output(Agreement),
  },
  audit: {
    verify: call.input(audit.VerifyInput).output(audit.Verified),
    /** the signed end of every chain, to be written down elsewhere */
    heads: call.output(z.array(audit.Head)),
    hold: call.input(audit.Hold).output(nothing),
    release: call.input(audit.Release).output(nothing),
    holds: call.output(z.array(audit.Held)),
    /** a real name; that it was looked at stands in the reviewer's chain */
    reveal: call.input(audit.Reveal).output(audit.Revealed),
    erase: call.input(audit.Erase).output(audit.Erased),
  },
  insights: {
    /** how the scores are spread, and what each threshold would do */
    thresholds: call.input(insights.ThresholdsInput).output(insights.Thresholds),
    /** whether scores are probabilities, and thresholds that hold without them being so */
    calibration: call.output(insights.Calibration),
    /** whether the scores of the last imports are those of the ones before */
    drift: call.output(insights.Drifts),
    volumes: call.input(insights.VolumesInput).output(insights.Volumes),
    /** what the last functional audit said; the job `functional` makes one */
    functional: call.output(Functional),
    /** what the last test of the explanations said; the job `explanations` makes one */
    explanations: call.output(Explanations),
  },
  evidence: {
    /** needs no workspace: what proves an evidence file, or a report, is in it */
    verify: call.input(evidence.VerifyInput).output(evidence.Checked),
  },
  models: {
    list: call.output(models.List),
    /** takes in a file that is here */
    add: call.input(models.AddInput).output(models.Added),
    /** fetches one that is offered: the one call that connects to anything */
    get: call.input(models.GetInput).output(eventIterator(models.GetProgress)),
    /** reads every file and compares its SHA-256 */
    verify: call.output(models.Checked),
  },
  doctor: {
    /** what works on this computer, and why not; needs no workspace */
    examine: call.input(DoctorInput).output(Examined),
  },
  revisions: {
    /** every model that the queue had, or that was trained here */
    list: call.output(revisions.List),
    /** what a retraining would learn from, and what is missing for it */
    learnable: call.output(revisions.Learnable),
    /** shows the queue of a revision; what it has not read yet keeps the scores of the one before */
    promote: call.input(revisions.Promote).output(revisions.Promoted),
    /** stays with the model of the queue instead of promoting this one */
    keep: call.input(revisions.Keep).output(nothing),
    /** shows the queue of the one before again */
    rollBack: call.input(review.By).output(revisions.Promoted),
  },
  settings: {
    get: call.output(workspace.Settings),
    set: call.input(workspace.Settings.partial()).output(workspace.Settings),
  },
  /** how somebody likes the window on this computer; needs no workspace */
  preferences: {
    get: call.output(Preferences),
    set: call.input(PreferencesChange).output(Preferences),
    /** what a window proposes at its first start */
    computer: call.output(Computer),
  },
  /** what happens while somebody listens: progress of jobs, items that changed, what the engine has to say */
  events: call.output(eventIterator(workspace.Event)),
} as const;

export type Contract = typeof contract;
export { QueueEntry };
