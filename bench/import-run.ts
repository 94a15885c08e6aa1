/** Imports one file into a new workspace, as the desk does, in a process of its own; prints rows, seconds and peak memory as JSON. */
import { importJob } from '../desk/importers/import-job.ts';
import { Precedence } from '../desk/precedence.ts';
import { Workspace } from '../desk/store/workspace.ts';
import { Writer } from '../desk/writer/writer.ts';

const [file = '', path = ''] = process.argv.slice(2);
const started = performance.now();
using workspace = Workspace.create(path);
await using writer = Writer.of(workspace);
const { total } = await importJob(
  {
    writer: writer.connect(),
    precedence: new Precedence().shared,
    path,
    key: workspace.key,
    start: { kind: 'import', paths: [file] },
    since: Date.now(),
  },
  { signal: new AbortController().signal, onProgress: () => undefined, since: Date.now() },
  () => undefined,
);
workspace.checkpoint();
const seconds = (performance.now() - started) / 1000;
process.stdout.write(JSON.stringify({ rows: total.added, seconds, megabytes: process.resourceUsage().maxRSS / 1024 }));
