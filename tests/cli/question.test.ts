import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { answerTo } from '../../cli/terminal/question.ts';

/** Longer than anything here takes: then it is awaited in vain. */
const PATIENCE = { timeout: 10_000 };

/** What comes of a question where somebody types this, and all that they saw. */
async function typed(keys: string, silent: boolean): Promise<{ readonly answer: string; readonly shown: string }> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const asked = answerTo('Passphrase: ', { silent, input, output });
  input.write(keys);
  try {
    return { answer: await asked, shown: String(output.read()) };
  } finally {
    input.destroy();
  }
}

describe('a question on a terminal', () => {
  it('is answered by a line, which shows unless it is a secret', PATIENCE, async () => {
    const secret = await typed('correct horse\r', true);
    assert.equal(secret.answer, 'correct horse');
    assert.match(secret.shown, /^Passphrase: /);
    assert.doesNotMatch(secret.shown, /horse/);
    const plain = await typed('yes\r', false);
    assert.equal(plain.answer, 'yes');
    assert.match(plain.shown, /yes/);
  });

  for (const [key, name] of [
    ['\u0003', 'Ctrl-C'],
    ['\u0004', 'Ctrl-D'],
  ] as const)
    it(`stops the verb with ${name}`, PATIENCE, async () => {
      for (const silent of [true, false]) await assert.rejects(typed(key, silent), { name: 'Interrupted' });
    });
});
