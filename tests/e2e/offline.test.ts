import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { underStrace } from '../network/strace.ts';
import { writeExport } from './community.ts';
import { Program, Screen } from './runtime.ts';
import { Home, environment } from './started.ts';

const MESSAGES = 120;

describe('the program with its window', () => {
  it('reaches no internet address while messages are imported, scored, decided, learned from and exported', async () => {
    // Nothing drives it: a driver's port would be a socket. The page does it all by itself (fixtures/page/alone.ts).
    using program = await Program.build();
    using screen = await Screen.open();
    using home = new Home();
    writeExport(home.file('alone.csv'), MESSAGES);
    const words = [
      '--no-sandbox',
      '--disable-gpu',
      '--enable-logging=stderr',
      `--user-data-dir=${home.file('settings')}`,
    ];
    const command = [program.executable, ...words, home.file('alone.moderato')] as const;
    const traced = await underStrace([...command], environment(screen, home));
    assert.equal(traced.code, 0, traced.stderr);
    assert.doesNotMatch(traced.stderr, /CONSOLE.*Error/);
    assert.equal(readFileSync(home.file('alone.out.csv'), 'utf8').trim().split('\n').length, 1 + MESSAGES);
    assert.ok(traced.followed > 30, `only ${traced.followed} threads were followed: not all processes were among them`);
    assert.deepEqual(traced.reached, []);
    // Chromium asks the kernel what a network's cards are, on sockets that it never uses for anything else.
    const others = traced.internet.filter(
      (line) => !/ socket\(AF_INET6?, SOCK_DGRAM, IPPROTO_IP(\) = \d+| <unfinished \.\.\.>)$/.test(line),
    );
    assert.deepEqual(others, []);
  });
});
