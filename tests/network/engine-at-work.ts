/** The desk's side of a small job with the real engine, to be run under strace. */
import { fileURLToPath } from 'node:url';
import { nodeEngine } from '../../desk/engine/process.ts';
import { Supervisor } from '../../desk/supervisor.ts';

const base = fileURLToPath(new URL('../../native-models/all-MiniLM-L6-v2.F16.gguf', import.meta.url));
await using supervisor = new Supervisor(nodeEngine(new URL('../../engine/main.ts', import.meta.url)));
const session = await supervisor.open({ base, backend: 'auto', deterministic: true });
const { read } = await session.embed([
  { key: 'a', text: 'See https://example.org/ and write to someone@example.org' },
  { key: 'b', text: 'Thanks for the help!' },
]);
console.log(read.filter(Boolean).length);
