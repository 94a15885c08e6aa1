/** Imports one file into a new workspace in a process of its own and prints rows, seconds and peak memory as JSON. */
import { importExports } from '../desk/importers/job.ts';
import { Workspace } from '../desk/store/workspace.ts';
import { Writer } from '../desk/writer/writer.ts';

const [file = '', path = ''] = process.argv.slice(2);
const started = performance.now();
using workspace = Workspace.create(path);
await using writer = Writer.of(workspace);
const { total } = await importExports({ writer, key: workspace.key }, [file]);
workspace.checkpoint();
const seconds = (performance.now() - started) / 1000;
process.stdout.write(JSON.stringify({ rows: total.added, seconds, megabytes: process.resourceUsage().maxRSS / 1024 }));
