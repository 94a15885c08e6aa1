/**
 * A desk that decides while it imports, for a trace of what it writes: each decision is printed once the door has confirmed
 * it, as `reviewer action`.
 */
import { writeSync } from 'node:fs';
import { createRouterClient } from '@orpc/server';
import { Desk } from '../../desk/desk.ts';
import { router } from '../../desk/door/router.ts';
import { places } from '../../desk/models/places.ts';
import { Supervisor } from '../../desk/supervisor.ts';

const [path = '', exportFile = '', decisions = '0'] = process.argv.slice(2);
const supervisor = new Supervisor(() => {
  throw new Error('no engine here');
});
await using desk = new Desk({ places: places(), supervisor });
const client = createRouterClient(router, { context: { desk } });
await client.workspace.open({ path });
const [reviewer] = await client.reviewers.list();
const [label] = await client.labels.list();
if (!reviewer || !label) throw new Error('the workspace was not prepared');
if (exportFile !== '') await client.jobs.start({ kind: 'import', paths: [exportFile] });
for (let n = 0; n < Number(decisions); n++) {
  const item = 1 + (n % 10);
  const done = await client.review.decide({
    reviewer: reviewer.id,
    seen: [{ item, version: 1 }],
    labels: n % 2 === 0 ? [label.id] : [],
    note: `decision ${n}`,
  });
  writeSync(1, `${reviewer.id} ${done.action}\n`);
}
