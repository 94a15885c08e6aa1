import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ContestantError } from '../../bench/peers/line-process.ts';
import { Contestant } from '../../bench/peers/protocol.ts';

const LOAD = { model: 'none.gguf', texts: ['a'], threads: 1 };
const program = (source: string): [string, ...string[]] => [process.execPath, '-e', source];

describe('a program of a comparison', () => {
  it('that dies is reported with its own last words', async () => {
    const dying = program(`process.stdin.once('data', () => { console.error('no such weights'); process.exit(3); })`);
    await assert.rejects(Contestant.start(dying, LOAD), (error: unknown) => {
      assert.ok(error instanceof ContestantError);
      assert.match(error.message, /no such weights/);
      return true;
    });
  });

  it('that cannot be started is reported by name', async () => {
    await assert.rejects(Contestant.start(['/nowhere/python3'], LOAD), /nowhere\/python3/);
  });

  it('answers what it was asked, in order', async () => {
    using echo = await Contestant.start(
      program(`
        const answers = { load: { settings: 'echo' }, run: { seconds: 0.5, tokens: [2] }, states: { seconds: 1, states: [[1, 2]] } };
        require('node:readline').createInterface({ input: process.stdin })
          .on('line', (line) => console.log(JSON.stringify(answers[JSON.parse(line).op])));
      `),
      LOAD,
    );
    assert.equal(echo.settings, 'echo');
    assert.deepEqual(await echo.run(1), { seconds: 0.5, tokens: [2] });
    assert.deepEqual(await echo.states(1), [[1, 2]]);
  });

  it('that says what it must not is refused', async () => {
    const lying = program(`process.stdin.once('data', () => console.log('{"seconds":-1}'))`);
    await assert.rejects(Contestant.start(lying, LOAD));
  });
});
