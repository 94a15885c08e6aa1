/** What leaves the workspace, and what comes from other reviewers, from any view. */
import type { Action } from '../keys/action.ts';
import { exports } from '../messages/exports.ts';

export const EXPORTS = ['decisions', 'report', 'evidence', 'signed'] as const;
export type ExportName = (typeof EXPORTS)[number];

const KEYS = {
  decisions: 'Mod+E',
  report: 'Mod+Shift+O',
  evidence: 'Mod+Shift+E',
  signed: 'Mod+Shift+G',
} as const satisfies Record<ExportName, string>;

export const exportActions: readonly Action[] = [
  ...EXPORTS.map((name) => ({ id: `export.${name}`, where: null, title: exports[name], key: KEYS[name] })),
  { id: 'merge', where: null, title: exports.merge, key: 'Mod+Shift+M' },
];
