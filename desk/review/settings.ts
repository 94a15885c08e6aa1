/** What a community sets for its workspace. */
import { z } from 'zod';
import type { Store } from '../store/store.ts';

/** Names in the settings. */
export const CONTACT = 'review.contact';
export const LOCK_AFTER = 'privacy.lock-after';
export const AUDIT_EVERY = 'review.audit-every';

/** Minutes. */
const LOCK_AFTER_DEFAULT = 15;
const AUDIT_EVERY_DEFAULT = 15;

export interface WorkspaceSettings {
  /** said to whoever escalates: whom to call, where to report; '' where nothing was written */
  readonly contact: string;
  /** an encrypted workspace locks itself after so many minutes without a call; 0: never */
  readonly lockAfter: number;
  /** one message in so many is drawn at random for the audit; 0: none */
  readonly auditEvery: number;
}

export const settingsOf = ({ settings }: Pick<Store, 'settings'>): WorkspaceSettings => ({
  contact: settings.get(CONTACT, z.string()) ?? '',
  lockAfter: settings.get(LOCK_AFTER, z.int().min(0)) ?? LOCK_AFTER_DEFAULT,
  auditEvery: settings.get(AUDIT_EVERY, z.int().min(0)) ?? AUDIT_EVERY_DEFAULT,
});
