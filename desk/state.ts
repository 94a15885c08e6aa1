/** What is open, as windows and the command line are told. */
import type { State } from './contract/workspace.ts';
import type { Opened } from './opened.ts';
import { guaranteeOf } from './triage/cascade/statement.ts';
import { isForeign } from './triage/foreign.ts';
import { shownRevision } from './triage/shown.ts';

export function stateOf(opened: Opened): State {
  const { workspace, loading } = opened;
  const revision = shownRevision(workspace);
  const counts = revision && workspace.counts.revision(revision.id);
  const kinds = workspace.counts.kinds();
  const foreign = revision ? workspace.counts.languages().filter(({ language }) => isForeign(revision, language)) : [];
  return {
    open: true,
    path: workspace.path,
    encrypted: workspace.isEncrypted,
    readOnly: workspace.isReadOnly,
    loading,
    warnings: [...workspace.warnings],
    revision: revision && {
      id: revision.id,
      name: revision.name,
      labels: [...revision.labels],
      base: revision.base.name,
      adapter: revision.adapterSha256,
      depth: revision.depth,
    },
    guarantee:
      revision &&
      guaranteeOf(workspace, revision, opened.queue.model?.threshold ?? 0.5, loading ? null : opened.queue.columns),
    counts: {
      kinds,
      scored: counts?.scored ?? 0,
      waiting: counts?.waiting ?? kinds.message,
      decided: workspace.counts.decided,
      notRead: counts?.notRead ?? {},
      otherLanguages: Object.fromEntries(foreign.map(({ language, messages }) => [language, messages])),
    },
  };
}
