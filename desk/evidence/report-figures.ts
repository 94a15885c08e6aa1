import { verifyChain } from '../review/chain.ts';
import { headsOf } from '../review/heads.ts';
import { type Body, type Deed, readBody } from '../review/link.ts';
import { decisions } from '../exporters/decisions.ts';
import { reviewerPseudonym } from '../store/pseudonym.ts';
import { isSigned } from '../store/reviewers.ts';
import type { Store } from '../store/store.ts';
import { shownRevision } from '../triage/shown.ts';
import { sourceMark } from './marks.ts';

/** What an audit report says; people stand under pseudonyms. */
export type PromotedBecause = Extract<Deed, { readonly kind: 'promote' }>['why'];

export interface Figures {
  readonly messages: Readonly<Record<string, number>>;
  /** about which somebody has done something */
  readonly reviewed: number;
  /** `mark`: as in evidence.json, so that a report does not give away the key of the marks there */
  readonly sources: readonly { readonly format: string; readonly imported: number; readonly mark: string }[];
  readonly labels: readonly string[];
  /** verdicts in force: by reviewer, of each label how many; `none`: nothing applied */
  readonly verdicts: readonly {
    readonly reviewer: string;
    readonly total: number;
    readonly none: number;
    readonly byLabel: ReadonlyMap<string, number>;
  }[];
  /** links by kind, undone ones too */
  readonly deeds: ReadonlyMap<Deed['kind'], number>;
  /** evidence files that real names went along with */
  readonly withNames: number;
  readonly escalations: ReadonlyMap<string, number>;
  readonly reopenings: ReadonlyMap<string, number>;
  /** which model the queue had from when on, the first first; by whom and why, but for the first */
  readonly models: readonly {
    readonly from: number;
    readonly name: string;
    readonly by: { readonly reviewer: string; readonly why: PromotedBecause } | null;
  }[];
  /** changes of the queue's model, by why; those of other workspaces, too */
  readonly promotions: ReadonlyMap<PromotedBecause, number>;
  /** days of the first and of the last deed, milliseconds */
  readonly first: number | null;
  readonly last: number | null;
  readonly chains: readonly {
    readonly reviewer: string;
    readonly publicKey: string;
    readonly links: number;
    readonly broken: { readonly seq: number; readonly reason: string } | null;
    readonly head: string;
    readonly signature: string | null;
  }[];
  readonly tombstones: readonly { readonly erasedAt: number; readonly items: number; readonly signed: boolean }[];
}

const PAGE = 1000;

export function figuresOf(store: Store): Figures {
  const verdicts = new Map<string, { total: number; none: number; byLabel: Map<string, number> }>();
  for (const { reviewer, labels } of decisions(store)) {
    const row = verdicts.get(reviewer) ?? { total: 0, none: 0, byLabel: new Map<string, number>() };
    verdicts.set(reviewer, row);
    row.total++;
    if (labels.length === 0) row.none++;
    for (const label of labels) add(row.byLabel, label);
  }
  const { promoted, ...deeds } = deedsOf(store);
  return {
    messages: store.counts.kinds(),
    reviewed: store.counts.decided,
    sources: store.sources
      .list()
      .map(({ format, importedAt, sha256 }) => ({ format, imported: importedAt, mark: sourceMark(sha256) })),
    labels: store.policies.labels().map(({ name }) => name),
    verdicts: [...verdicts].map(([reviewer, row]) => ({ reviewer, ...row })),
    ...deeds,
    models: modelsOf(store, promoted),
    chains: headsOf(store).map(({ reviewer, links, head, signature }) => ({
      reviewer: reviewerPseudonym(reviewer.publicKey),
      publicKey: reviewer.publicKey,
      links,
      broken: verifyChain(store, reviewer).broken,
      head,
      signature,
    })),
    tombstones: store.tombstones.list().map(({ link, items, signature, erasedAt }) => {
      const said = store.links.get(link);
      const by = said && store.reviewers.get(said.reviewer);
      return { erasedAt, items, signed: !!said && !!by && isSigned(by.publicKey, said.hash, signature) };
    }),
  };
}

/** A change of the queue's model, by a reviewer of this workspace. */
interface Promoted {
  readonly deed: Extract<Deed, { readonly kind: 'promote' }>;
  readonly time: number;
  /** pseudonym */
  readonly reviewer: string;
}

/** Which models this workspace's own queue had. What others promoted elsewhere came with their chains, and is none of it. */
function modelsOf(store: Store, promoted: readonly Promoted[]): Figures['models'] {
  const revisions = store.revisions.list();
  const [first] = revisions;
  if (first === undefined || shownRevision(store) === null) return [];
  const changes = promoted.map(({ deed: { base, adapter, depth, why }, time, reviewer }) => {
    const known = revisions.find(
      (one) => one.base.sha256 === base && one.adapterSha256 === adapter && one.depth === depth,
    );
    return { from: time, name: known?.name ?? 'another model', by: { reviewer, why } };
  });
  changes.sort((a, b) => a.from - b.from);
  return [{ from: first.createdAt, name: first.name, by: null }, ...changes];
}

/** What a reviewer's links say, in their order. */
function* bodiesOf(store: Store, reviewer: number): Generator<Body, void, void> {
  for (let after = 0; ;) {
    const page = store.links.chain(reviewer, after, PAGE);
    after = page.at(-1)?.seq ?? after;
    for (const link of page) {
      const body = readBody(link.body);
      if (body !== null) yield body;
    }
    if (page.length < PAGE) return;
  }
}

function deedsOf(store: Store): Pick<
  Figures,
  'deeds' | 'withNames' | 'escalations' | 'reopenings' | 'promotions' | 'first' | 'last'
> & {
  /** those of this workspace */
  readonly promoted: readonly Promoted[];
} {
  const promoted: Promoted[] = [];
  const deeds = new Map<Deed['kind'], number>();
  const escalations = new Map<string, number>();
  const reopenings = new Map<string, number>();
  const promotions = new Map<PromotedBecause, number>();
  let withNames = 0;
  let first: number | null = null;
  let last: number | null = null;
  for (const { id, own, pseudonym } of store.reviewers.list())
    for (const { deed, time } of bodiesOf(store, id)) {
      add(deeds, deed.kind);
      if (deed.kind === 'evidence' && deed.names.length > 0) withNames++;
      if (deed.kind === 'escalate') add(escalations, deed.reason);
      if (deed.kind === 'reopen') add(reopenings, deed.reason);
      if (deed.kind === 'promote') add(promotions, deed.why);
      if (deed.kind === 'promote' && own) promoted.push({ deed, time, reviewer: pseudonym });
      first = Math.min(first ?? time, time);
      last = Math.max(last ?? time, time);
    }
  return { deeds, withNames, escalations, reopenings, promotions, first, last, promoted };
}

function add<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
