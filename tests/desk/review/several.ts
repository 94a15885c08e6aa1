/** Several workspaces of one community: what is decided in one, and comes to another as a signed file. */
import { copyFileSync } from 'node:fs';
import { signJob } from '../../../desk/exporters/signed-decisions.ts';
import { type Merged, type MergePiece, mergePieces, type Taken, waitingPieces } from '../../../desk/review/merge.ts';
import { takePiece } from '../../../desk/review/take-piece.ts';
import { type SignedChain, readSigned } from '../../../desk/review/signed-file.ts';
import type { MessageRecord } from '../../../desk/importers/record.ts';
import type { Reviewer } from '../../../desk/store/reviewers.ts';
import { Workspace } from '../../../desk/store/workspace.ts';
import { type Folder, importFiles, messages, writeRows } from '../store/fixtures.ts';
import { NOW } from './fixtures.ts';

export const hooks = { since: 0, signal: new AbortController().signal, onProgress: () => {} };
export const quiet = { signal: hooks.signal, onLine: () => {} };

export class Place implements Disposable {
  readonly folder: Folder;
  readonly store: Workspace;

  private constructor(folder: Folder, store: Workspace) {
    this.folder = folder;
    this.store = store;
  }

  /** A new workspace with some messages. */
  static async of(folder: Folder, name: string, rows: readonly MessageRecord[] = messages(1, 8)): Promise<Place> {
    const place = new Place(folder, Workspace.create(folder.file(`${name}.moderato`)));
    await place.import(`${name}.rows`, rows);
    return place;
  }

  /** A copy of a workspace that is closed. */
  static copyOf(folder: Folder, from: string, name: string): Place {
    const path = folder.file(`${name}.moderato`);
    copyFileSync(from, path);
    return new Place(folder, Workspace.open(path, { check: 'never' }));
  }

  async import(name: string, rows: readonly MessageRecord[], exportedAt?: number): Promise<void> {
    await importFiles(this.store, writeRows(this.folder.file(name), rows, exportedAt));
  }

  label(name: string, severity: number): number {
    return this.store.policies.putLabel({ policy: null, name, key: null, guidance: '', severity, retired: false });
  }

  /** Number of the message that the platform calls so. */
  item(id: number): number {
    const item = this.store.items.byMessage('discord', 'c1', String(id));
    if (item === undefined) throw new Error(`there is no message ${id}`);
    return item.id;
  }

  seen(...ids: number[]) {
    return ids.map((id) => {
      const item = this.item(id);
      return { item, version: this.store.items.get(item)?.version ?? 0 };
    });
  }

  /** The reviewer's signed file. */
  async signed(reviewer: Reviewer, name: string): Promise<string> {
    const path = this.folder.file(name);
    await signJob(this.store, { kind: 'sign', path, reviewer: reviewer.id }, hooks);
    return path;
  }

  async read(reviewer: Reviewer, name: string): Promise<SignedChain> {
    return await readSigned(await this.signed(reviewer, name), NOW, quiet);
  }

  merge(...chains: SignedChain[]): Omit<Merged, 'items'> & { readonly items: readonly number[] } {
    const merged = this.#written(mergePieces(this.store, { chains, ...this.#all() }));
    return { ...merged, items: [...merged.items] };
  }

  /** Writes the first pieces of a merge alone, as if the power went then. @returns whether that was all */
  mergeSome(pieces: number, ...chains: SignedChain[]): boolean {
    const all = mergePieces(this.store, { chains, ...this.#all() });
    let next = all.next();
    for (let n = 0; n < pieces && next.done !== true; n++) next = all.next(this.#take(next.value));
    return next.done === true;
  }

  placeWaiting(): readonly number[] {
    return [...this.#written(waitingPieces(this.store, this.#all()))];
  }

  /** In one transaction, as the writer does. */
  #take(piece: MergePiece): Taken {
    return this.store.together(() => takePiece(this.store, piece, NOW));
  }

  #written<T>(pieces: Generator<MergePiece, T, Taken>): T {
    let next = pieces.next();
    while (next.done !== true) next = pieces.next(this.#take(next.value));
    return next.value;
  }

  #all() {
    const looked = this.store.items.lastId;
    return { found: new Map(this.store.items.identities(0, looked).map(([id, name]) => [name, id])), looked };
  }

  /** All that reviews say, in words that mean the same in every workspace. */
  outcome(): unknown {
    const { reviews, reviewers, policies, items, links } = this.store;
    const keys = new Map(reviewers.list().map(({ id, publicKey }) => [id, publicKey]));
    const names = new Map(policies.labels().map(({ id, name }) => [id, name]));
    const ids = [...items.identities(0, items.lastId)].sort(([, a], [, b]) => (a < b ? -1 : 1));
    return {
      heads: reviewers
        .list()
        .map(({ id, publicKey }) => `${publicKey} ${links.end(id)?.hash.toString('hex') ?? ''}`)
        .sort(),
      labels: policies
        .labels()
        .map(({ name, severity }) => `${name} ${severity}`)
        .sort(),
      reviews: ids.map(([id, identity]) => {
        const review = reviews.get(id);
        if (review === undefined) return [identity, null];
        const verdicts = reviews.verdicts(id).map(({ reviewer, labels, version }) => ({
          reviewer: keys.get(reviewer),
          labels: labels.map((label) => names.get(label)).sort(),
          text: version === 0 ? null : version === items.get(id)?.version ? 'current' : 'other',
        }));
        return [
          identity,
          {
            ...review,
            label: review.label === null ? null : names.get(review.label),
            blindTo: review.blindTo === null ? null : keys.get(review.blindTo),
            counts: verdicts.at(-1)?.reviewer,
            verdicts: verdicts.sort((a, b) => ((a.reviewer ?? '') < (b.reviewer ?? '') ? -1 : 1)),
          },
        ];
      }),
    };
  }

  [Symbol.dispose](): void {
    this.store.close();
  }
}

export function orders<T>(things: readonly T[]): T[][] {
  if (things.length < 2) return [[...things]];
  return things.flatMap((thing, i) =>
    orders([...things.slice(0, i), ...things.slice(i + 1)]).map((rest) => [thing, ...rest]),
  );
}
