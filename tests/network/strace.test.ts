import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { underStrace } from './strace.ts';

// Whoever believes a silence must know that a sound would have been heard.
describe('the trace', () => {
  const node = (script: string) => underStrace([process.execPath, '-e', script]);
  // A port of this very machine at which nobody listens: nothing leaves it.
  const connect = (host: string): string => `require('net').connect(9, '${host}').on('error', () => {})`;

  it('hears an internet socket of a program', async () => {
    const traced = await node(connect('127.0.0.1'));
    assert.ok(traced.internet.some((line) => line.includes('AF_INET')));
    assert.equal(traced.reached.length, 1);
    assert.ok((await node(connect('::1'))).internet.some((line) => line.includes('AF_INET6')));
  });

  it('hears a packet to an address, without a connection', async () => {
    const packet = `const s = require('dgram').createSocket('udp4'); s.send('x', 9, '127.0.0.1', () => s.close())`;
    assert.ok((await node(packet)).reached.length > 0);
  });

  it('hears one of a process that the program starts, and of a thread', async () => {
    const inChild = `require('child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(connect('127.0.0.1'))}])`;
    assert.ok((await node(inChild)).internet.length > 0);
    const inThread = `new (require('worker_threads').Worker)(${JSON.stringify(connect('127.0.0.1'))}, { eval: true })`;
    assert.ok((await node(inThread)).internet.length > 0);
  });

  it('hears a question to a name server', async () => {
    // Asked at this very machine, where nobody answers.
    const lookup = `const r = new (require('dns').Resolver)({ timeout: 1, tries: 1 });
      r.setServers(['127.0.0.1:9']);
      r.resolve4('moderato.invalid', () => {})`;
    assert.ok((await node(lookup)).internet.length > 0);
  });

  it('does not take a socket between processes for the network', async () => {
    const local = await node(`const { join } = require('path');
      const path = join(require('os').tmpdir(), 'moderato-' + process.pid);
      require('net').createServer().listen(path, function () { this.close() })`);
    assert.deepEqual(local.internet, []);
    assert.ok(local.followed > 0);
  });
});
