/** A workspace with messages, labels and reviewers. */
import type { Reviewer } from '../../../desk/store/reviewers.ts';
import { Workspace } from '../../../desk/store/workspace.ts';
import type { Decision } from '../../../desk/review/deeds.ts';
import { Folder, importFiles, messages, writeRows } from '../store/fixtures.ts';

export interface Community extends Disposable {
  readonly folder: Folder;
  readonly workspace: Workspace;
  readonly ada: Reviewer;
  readonly ben: Reviewer;
  readonly labels: { readonly fine: number; readonly insult: number; readonly threat: number };
}

export const NOW = 1_800_000_000_000;

export async function community(count = 8): Promise<Community> {
  const folder = new Folder();
  const workspace = Workspace.create(folder.file('w.moderato'));
  await importFiles(workspace, writeRows(folder.file('rows'), messages(1, count)));
  const label = (name: string, severity: number): number =>
    workspace.policies.putLabel({ policy: null, name, key: null, guidance: '', severity, retired: false });
  return {
    folder,
    workspace,
    ada: workspace.reviewers.add('Ada', NOW),
    ben: workspace.reviewers.add('Ben', NOW),
    labels: { fine: label('fine', 0), insult: label('insult', 1), threat: label('threat', 3) },
    [Symbol.dispose]: () => {
      workspace.close();
      folder[Symbol.dispose]();
    },
  };
}

/** A decision with nothing but labels. */
export const as = (...labels: number[]): Decision => ({ labels, reasons: [], spans: [], note: null, model: null });

export const first = (...items: number[]) => items.map((item) => ({ item, version: 1 }));
