/** Imports a file of rows in a process of its own, which a test kills: prints how many rows are read. */
import { existsSync, writeSync } from 'node:fs';
import { importFrom } from '../../../desk/importers/job.ts';
import { Workspace } from '../../../desk/store/workspace.ts';
import { Writer } from '../../../desk/writer/writer.ts';
import { openRows } from './fixtures.ts';

const [path = '', file = ''] = process.argv.slice(2);
using workspace = existsSync(path) ? Workspace.open(path) : Workspace.create(path);
const target = { writer: Writer.of(workspace), key: workspace.key };
await importFrom(openRows, target, [file], {}, { onProgress: ({ rows }) => writeSync(1, `${rows}\n`) });
// Kept alive, so that only the test ends it.
setInterval(() => writeSync(1, 'Infinity\n'), 50);
