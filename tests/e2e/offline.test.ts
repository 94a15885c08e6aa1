import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { windowOf } from '../../build/packaged-window.ts';
import { underStrace } from '../network/strace.ts';
import { labelOf, writeExport } from './community.ts';
import { Program, Screen } from './runtime.ts';
import { Home, environment } from './started.ts';
import { LONG_MS, create, exportDecisions, goTo, teachFrom } from './steps.ts';

const MESSAGES = 56;
/** The driver of the test: the one socket that there may be. It is listened on, in this computer alone. */
const DRIVEN_BY = '--remote-debugging-port=0';

describe('the program with its window', () => {
  it('reaches no internet address from an import through review, retraining and insights to an export', async () => {
    using program = await Program.build('window');
    using screen = await Screen.open();
    using home = new Home();
    writeExport(home.file('export.csv'), MESSAGES);
    const out = home.file('out.csv');
    const words = ['--no-sandbox', '--disable-gpu', `--user-data-dir=${home.file('settings')}`, DRIVEN_BY];
    const traced = await underStrace([program.executable, ...words], environment(screen, home), async (child) => {
      const window = await windowOf(child, LONG_MS);
      await create(window, home.file('community.moderato'));
      await teachFrom(window, home.file('export.csv'), MESSAGES, labelOf);
      await goTo(window, 'Control+4', 'Insights');
      await window.getByRole('slider', { name: 'Flag from this score on' }).fill('0.8');
      await window.getByText(`flagged of ${MESSAGES}`).waitFor({ timeout: LONG_MS });
      await exportDecisions(window, out, MESSAGES);
      // With its last window, the program ends.
      await window.close();
    });
    assert.equal(traced.code, 0, traced.stderr);
    assert.equal(readFileSync(out, 'utf8').trim().split('\n').length, 1 + MESSAGES);
    assert.ok(traced.followed > 30, `only ${traced.followed} threads were followed: not all processes were among them`);
    assert.deepEqual(traced.reached, []);
    // Chromium asks the kernel what a network's cards are, on sockets that it never uses for anything else.
    const others = traced.internet.filter(
      (line) => !/ socket\(AF_INET6?, SOCK_DGRAM, IPPROTO_IP(\) = \d+| <unfinished \.\.\.>)$/.test(line),
    );
    assert.equal(others.length, 2, others.join('\n'));
    assert.match(others[0] ?? '', / socket\(AF_INET, SOCK_STREAM, /);
    assert.match(
      others[1] ?? '',
      / bind\(\d+, \{sa_family=AF_INET, sin_port=htons\(0\), sin_addr=inet_addr\("127\.0\.0\.1"\)/,
    );
  });
});
