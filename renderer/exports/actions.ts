/** What leaves the workspace, from any view. */
import type { Action } from '../keys/action.ts';
import { exports } from '../messages/exports.ts';

export const EXPORTS = ['decisions', 'report', 'evidence', 'signed'] as const;
export type ExportName = (typeof EXPORTS)[number];

export const exportActions: readonly Action[] = EXPORTS.map((name) => ({
  id: `export.${name}`,
  where: null,
  title: exports[name],
  key: null,
}));
