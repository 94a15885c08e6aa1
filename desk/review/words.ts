/** The community's words and people. What is asked for is checked where it is written, so that two at once cannot both be right. */
import { DeskError } from '../errors.ts';
import { BETWEEN, type Label, type Policy } from '../store/policies.ts';
import type { Reviewer } from '../store/reviewers.ts';
import type { Revision } from '../store/revisions.ts';
import type { Store } from '../store/store.ts';

/** New without an id, else the one that is changed. */
type Put<T extends { readonly id: number }> = Omit<T, 'id'> & { readonly id?: number | undefined };

/** @returns its id. @throws DeskError not-found, conflict */
export function putPolicy({ policies }: Store, policy: Put<Policy>): number {
  const all = policies.list();
  if (policy.id !== undefined && !all.some(({ id }) => id === policy.id)) throw noPolicy(policy.id);
  const same = all.find(({ id, name }) => id !== policy.id && isSame(name, policy.name));
  if (same !== undefined)
    throw new DeskError('conflict', `There is already a policy called ${same.name}.`, 'Choose another name.');
  return policies.put(policy);
}

/** A name once used stays with its label, and a key means one label. @returns its id. @throws DeskError not-found, conflict, bad-input */
export function putLabel({ policies }: Store, label: Put<Label>): number {
  if (label.id !== undefined && policies.label(label.id) === undefined)
    throw new DeskError(
      'not-found',
      `There is no label number ${label.id}.`,
      'List the labels and choose one of them.',
    );
  const { policy } = label;
  if (policy !== null && !policies.list().some(({ id }) => id === policy)) throw noPolicy(policy);
  const named = policies.labelNamed(label.name);
  if (named !== undefined && named !== label.id)
    throw new DeskError(
      'conflict',
      `Another label is, or once was, called ${label.name}.`,
      'Choose another name: decisions name their labels.',
    );
  const sameKey = policies
    .labels()
    .find(({ id, key, retired }) => !retired && key !== null && key === label.key && id !== label.id);
  if (sameKey !== undefined && !label.retired)
    throw new DeskError('conflict', `The key ${label.key} already means ${sameKey.name}.`, 'Choose another key.');
  const id = policies.putLabel(label);
  policies.dropMerged(id);
  return id;
}

/** Where there are none yet: those of the model, so that the first decision needs no preparation. */
export function seedLabels({ policies }: Store, { labels, fineLabel }: Revision): void {
  if (policies.labels().length > 0) return;
  labels.forEach((word, place) => {
    // An adapter may come from anywhere.
    const name = word.replaceAll(BETWEEN, '/');
    if (policies.labelNamed(name) !== undefined) return;
    const severity = place === fineLabel ? 0 : 2;
    policies.putLabel({ policy: null, name, key: String(place + 1), guidance: '', severity, retired: false });
  });
}

/** @throws DeskError conflict */
export function addReviewer({ reviewers }: Store, name: string, now: number): Reviewer {
  if (reviewers.byName(name) !== undefined)
    throw new DeskError('conflict', `There is already a reviewer called ${name}.`, 'Choose another name.');
  return reviewers.add(name, now);
}

/** As SQLite's NOCASE compares: letters of ASCII without regard to case. */
const isSame = (a: string, b: string): boolean => lower(a) === lower(b);
const lower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

const noPolicy = (id: number): DeskError =>
  new DeskError('not-found', `There is no policy number ${id}.`, 'List the policies and choose one of them.');
