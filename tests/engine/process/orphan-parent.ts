/** A desk that is to be killed: starts the engine of its argument, keeps it at the work of its second, prints its id. */
import { nodeEngine } from '../../../desk/engine/process.ts';
import { Supervisor } from '../../../desk/supervisor.ts';

const [entry = '', text = ''] = process.argv.slice(2);
const supervisor = new Supervisor(nodeEngine(new URL(entry)));
const session = await supervisor.open({ base: 'trick.gguf', backend: 'cpu', deterministic: false });
const job = session.score([{ key: 'k', text }]);
// Until the engine has surely begun: the call before it in the queue is answered by then.
setTimeout(() => console.log(supervisor.pid), 300);
await job;
