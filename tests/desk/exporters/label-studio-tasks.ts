/** A small export for Label Studio in every form that a task can have, the same each time it is made. */
import { readFileSync } from 'node:fs';
import { exportJob } from '../../../desk/exporters/export-job.ts';
import { decide } from '../../../desk/review/deeds.ts';
import { NOW, as, community, first } from '../review/fixtures.ts';
import { hooks } from '../review/several.ts';
import { importFiles, message, writeRows } from '../store/fixtures.ts';

export interface Made {
  readonly tasks: readonly unknown[];
  /** the labeling configuration */
  readonly config: string;
}

const TEXTS = ['plain words', '=SUM(A1)', 'two\nlines, "quoted" & <b>', 'ärger 🦊', '<Choice value="x"/>', 'of both'];

/** What follows from keys that are new in every workspace is counted instead. */
export async function labelStudioTasks(): Promise<Made> {
  using c = await community(0);
  const { workspace, ada, ben, labels, folder } = c;
  const rows = TEXTS.map((text, i) => message({ id: String(i + 1), text }));
  await importFiles(workspace, writeRows(folder.file('rows'), rows));
  const odd = { policy: null, name: 'a "quoted" <label> & more', key: null, guidance: '', severity: 1, retired: false };
  const quoted = workspace.policies.putLabel(odd);
  decide(workspace, ada, first(1), { ...as(labels.insult), reasons: ['rule 4'], note: 'a note' }, NOW);
  decide(workspace, ada, first(2), as(labels.insult, labels.threat), NOW + 1);
  decide(workspace, ada, first(3), as(), NOW + 2);
  decide(workspace, ada, first(4), as(quoted), NOW + 3);
  decide(workspace, ada, first(5), as(labels.fine), NOW + 4);
  decide(workspace, ada, first(6), as(labels.fine), NOW + 5);
  decide(workspace, ben, first(6), as(quoted, labels.threat), NOW + 6);
  const sum = 'ab'.repeat(32);
  const run = workspace.opinions.start({ model: 'Larger', sha256: sum, question: sum }, NOW);
  workspace.opinions.write(run, [{ item: 2, version: 1, label: labels.threat, probability: 0.75 }], NOW);
  const path = folder.file('tasks.json');
  const { config } = await exportJob(workspace, { kind: 'export', path, format: 'label-studio' }, hooks);
  const counted = new Map<string, string>();
  const text = readFileSync(path, 'utf8').replace(
    /\b(reviewer|user)-[0-9a-z]{6,8}\b|"id":"[^"]{10}"/g,
    (word, kind: string | undefined) => {
      const known = counted.get(word) ?? (kind === undefined ? `"id":"${counted.size}"` : `${kind}-${counted.size}`);
      counted.set(word, known);
      return known;
    },
  );
  return { tasks: JSON.parse(text) as unknown[], config: config ?? '' };
}
