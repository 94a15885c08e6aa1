/** What people call the desk's own words. */
import type {
  EscalationReason,
  Label,
  NotReadReason,
  Order,
  ReopenReason,
  Status,
} from '../../desk/contract/shapes.ts';
import { queue } from '../messages/queue.ts';
import { review } from '../messages/review.ts';

type Said = () => string;

export const STATUS_NAMES: Readonly<Record<Status, Said>> = {
  open: review.statusOpen,
  decided: review.statusDecided,
  skipped: review.statusSkipped,
  escalated: review.statusEscalated,
  reopened: review.statusReopened,
  changed: review.statusChanged,
};

export const ORDER_NAMES: Readonly<Record<Order, Said>> = {
  urgent: queue.urgent,
  uncertain: queue.uncertain,
  newest: queue.newest,
  conversation: queue.conversation,
  author: queue.author,
  audit: queue.audit,
  disagreement: queue.disagreement,
  'not-read': queue.notRead,
};

export const NOT_READ_NAMES: Readonly<Record<NotReadReason, Said>> = {
  'media-only': review.mediaOnly,
  empty: review.emptyText,
  'over-long': review.overLong,
  language: review.otherLanguage,
  'engine-failed': review.engineFailed,
  'set-aside': review.setAside,
};

export const ESCALATION_NAMES: Readonly<Record<EscalationReason, Said>> = {
  'threat-to-life': review.threat,
  'child-safety': review.child,
  'self-harm': review.selfHarm,
  legal: review.legal,
  other: review.otherReason,
};

export const REOPEN_NAMES: Readonly<Record<ReopenReason, Said>> = {
  appeal: review.appeal,
  mistake: review.mistake,
  other: review.otherReason,
};

/** All that nobody has decided as it stands now. */
export const TO_DO: readonly Status[] = ['open', 'skipped', 'escalated', 'reopened', 'changed'];

export const namesOf = (labels: readonly Label[], ids: readonly number[]): string =>
  ids.length === 0
    ? review.decidedNothing()
    : ids.map((id) => labels.find((label) => label.id === id)?.name ?? `#${id}`).join(', ');

/** How much it weighs, as a colour. */
export const toneOf = ({ severity }: Pick<Label, 'severity'>): 'good' | 'warn' | 'bad' =>
  severity === 0 ? 'good' : severity === 1 ? 'warn' : 'bad';

/** Keys of labels where they have none of their own: their places. */
export const keyOfLabel = (label: Label, place: number): string | null =>
  label.key?.toUpperCase() ?? (place < 9 ? String(place + 1) : null);

export function channelName({ channel: { name } }: { readonly channel: { readonly name: string } }): string {
  if (name === '') return review.noChannel();
  return name.startsWith('#') || name.includes(' ') ? name : `#${name}`;
}
