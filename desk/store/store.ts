import { AuditItems } from './audit-items.ts';
import { Authors } from './authors.ts';
import { Channels } from './channels.ts';
import type { Db } from './connection.ts';
import { Counts } from './counts.ts';
import { Erasure } from './erasure.ts';
import { Holds } from './holds.ts';
import { Items } from './items.ts';
import { Jobs } from './jobs.ts';
import { Links } from './links.ts';
import { Opinions } from './opinions.ts';
import { Policies } from './policies.ts';
import { QueueFacts } from './queue-facts.ts';
import { QueuePages } from './queue-pages.ts';
import { Rejected } from './rejected.ts';
import { Reviewers } from './reviewers.ts';
import { Reviews } from './reviews.ts';
import { Revisions } from './revisions.ts';
import { Scores } from './scores.ts';
import { Search } from './search.ts';
import { Settings } from './settings.ts';
import { Sources } from './sources.ts';
import { Tombstones } from './tombstones.ts';
import { WaitingLinks } from './waiting-links.ts';

/** The families of tables, over one connection. */
export class Store {
  /** of the workspace file, for errors */
  readonly path: string;
  readonly settings: Settings;
  readonly sources: Sources;
  readonly channels: Channels;
  readonly authors: Authors;
  readonly items: Items;
  readonly rejected: Rejected;
  readonly revisions: Revisions;
  readonly scores: Scores;
  readonly queueFacts: QueueFacts;
  readonly queuePages: QueuePages;
  readonly search: Search;
  readonly counts: Counts;
  readonly jobs: Jobs;
  readonly reviewers: Reviewers;
  readonly policies: Policies;
  readonly links: Links;
  readonly reviews: Reviews;
  readonly holds: Holds;
  readonly erasure: Erasure;
  readonly tombstones: Tombstones;
  readonly auditItems: AuditItems;
  readonly waitingLinks: WaitingLinks;
  readonly opinions: Opinions;

  readonly #together;

  constructor(db: Db, path: string) {
    this.path = path;
    this.#together = db.transaction((work: () => void) => work());
    this.settings = new Settings(db);
    this.sources = new Sources(db);
    this.channels = new Channels(db);
    this.authors = new Authors(db, this.settings.workspaceKey(path));
    this.items = new Items(db);
    this.rejected = new Rejected(db);
    this.revisions = new Revisions(db);
    this.scores = new Scores(db);
    this.queueFacts = new QueueFacts(db);
    this.queuePages = new QueuePages(db);
    this.search = new Search(db);
    this.counts = new Counts(db);
    this.jobs = new Jobs(db);
    this.reviewers = new Reviewers(db);
    this.policies = new Policies(db);
    this.links = new Links(db);
    this.reviews = new Reviews(db);
    this.holds = new Holds(db);
    this.erasure = new Erasure(db);
    this.tombstones = new Tombstones(db);
    this.auditItems = new AuditItems(db);
    this.waitingLinks = new WaitingLinks(db);
    this.opinions = new Opinions(db);
  }

  /** Reads of one moment, whatever is written meanwhile. Also faster: between them SQLite forgets nothing that it has read. */
  together<T>(work: () => T): T {
    let result: { readonly value: T } | undefined;
    this.#together.deferred(() => (result = { value: work() }));
    return (result as { readonly value: T }).value;
  }
}
