import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { sniff } from '../../../desk/importers/sniff.ts';
import { headerOf } from '../../../desk/importers/whatsapp-header.ts';
import { surveyWhatsApp } from '../../../desk/importers/whatsapp-survey.ts';
import { chatName, readWhatsAppTxt } from '../../../desk/importers/whatsapp-txt.ts';
import { addsUp, itemsOf, memoryInput, readAll } from './reading-in-memory.ts';

const two = (n: number): string => String(n).padStart(2, '0');

interface Notation {
  readonly name: string;
  readonly write: (date: Date) => string;
  readonly seconds?: boolean;
  readonly ending?: string;
}

function parts(date: Date): {
  d: number;
  m: number;
  y: number;
  h: number;
  min: number;
  s: number;
  half: string;
  h12: number;
} {
  const h = date.getUTCHours();
  return {
    d: date.getUTCDate(),
    m: date.getUTCMonth() + 1,
    y: date.getUTCFullYear(),
    h,
    min: date.getUTCMinutes(),
    s: date.getUTCSeconds(),
    half: h < 12 ? 'AM' : 'PM',
    h12: h % 12 === 0 ? 12 : h % 12,
  };
}

/** Notations of collected files. Each file of a property holds the 25th of a month, so that its order is certain. */
const NOTATIONS: readonly Notation[] = [
  {
    name: 'Android, day first',
    write: (t) => {
      const { d, m, y, h, min } = parts(t);
      return `${two(d)}/${two(m)}/${y}, ${two(h)}:${two(min)} - `;
    },
  },
  {
    name: 'Android, month first',
    write: (t) => {
      const { d, m, y, h12, min, half } = parts(t);
      return `${m}/${d}/${y % 100}, ${h12}:${two(min)}\u202f${half} - `;
    },
  },
  {
    name: 'Android, small am and pm',
    write: (t) => {
      const { d, m, y, h12, min, half } = parts(t);
      return `${two(d)}/${two(m)}/${y}, ${h12}:${two(min)} ${half.toLowerCase()} - `;
    },
  },
  {
    name: 'a. m. with no-break spaces',
    write: (t) => {
      const { d, m, y, h12, min, half } = parts(t);
      return `${d}/${m}/${y % 100}, ${h12}:${two(min)}\u00a0${half === 'AM' ? 'a' : 'p'}.\u00a0m. - `;
    },
  },
  {
    name: 'iOS',
    seconds: true,
    ending: '\r\n',
    write: (t) => {
      const { d, m, y, h, min, s } = parts(t);
      return `[${two(d)}/${two(m)}/${two(y % 100)}, ${two(h)}:${two(min)}:${two(s)}] `;
    },
  },
  {
    name: 'dots',
    write: (t) => {
      const { d, m, y, h, min } = parts(t);
      return `${two(d)}.${two(m)}.${two(y % 100)}, ${two(h)}:${two(min)} - `;
    },
  },
  {
    name: 'year first',
    write: (t) => {
      const { d, m, y, h, min } = parts(t);
      return `${y}/${two(m)}/${two(d)}, ${two(h)}:${two(min)} - `;
    },
  },
  {
    name: 'hyphens without comma',
    write: (t) => {
      const { d, m, y, h, min } = parts(t);
      return `${two(d)}-${two(m)}-${y} ${two(h)}:${two(min)} - `;
    },
  },
  {
    name: 'time first',
    write: (t) => {
      const { d, m, y, h, min } = parts(t);
      return `${two(h)}:${two(min)}, ${d} ${['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][m - 1]} ${y} - `;
    },
  },
  {
    name: 'Finnish',
    write: (t) => {
      const { d, m, y, h, min } = parts(t);
      return `${d}.${m}.${y} klo ${h}.${two(min)} - `;
    },
  },
  {
    name: 'Arabic digits',
    write: (t) => {
      const { d, m, y, h, min } = parts(t);
      return `${two(d)}/${two(m)}/${y}، ${two(h)}:${two(min)} - `.replace(/\d/g, (n) =>
        String.fromCharCode(0x660 + Number(n)),
      );
    },
  },
  {
    name: 'Chinese',
    write: (t) => {
      const { d, m, y, h12, min, half } = parts(t);
      return `${y}/${m}/${d} ${half === 'AM' ? '上午' : '下午'}${h12}:${two(min)} - `;
    },
  },
  {
    name: 'Thai calendar',
    seconds: true,
    write: (t) => {
      const { d, m, y, h, min, s } = parts(t);
      return `[${d}/${m}/${y + 543} BE, ${two(h)}:${two(min)}:${two(s)}] `;
    },
  },
  {
    name: 'colon',
    seconds: true,
    write: (t) => {
      const { d, m, y, h12, min, s, half } = parts(t);
      return `${m}/${d}/${two(y % 100)}, ${h12}:${two(min)}:${two(s)} ${half}: `;
    },
  },
];

/** Words that are no placeholder and no notice, and do not look like a header; inner line breaks and blank lines. */
const body = fc
  .array(
    fc.oneof(
      fc.lorem({ maxCount: 3 }),
      fc.constantFrom('note: this', 'added you', 'left', '“quoted”', '🏴‍☠️', '\u202eback', '', '<3'),
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((lines) => `say ${lines.join('\n')} end`);

const chats = fc.record({
  notation: fc.constantFrom(...NOTATIONS),
  messages: fc.array(
    fc.record({
      author: fc.constantFrom('Ada', 'Bob Smith', '\u202a+49\u00a0151\u00a01234567\u202c', '~\u202fGrace', '🦊'),
      text: body,
      minutes: fc.integer({ min: 0, max: 500_000 }),
    }),
    { minLength: 3, maxLength: 10 },
  ),
});

type Chat = typeof chats extends fc.Arbitrary<infer T> ? T : never;

const START = Date.UTC(2023, 0, 25, 0, 0, 7);

function timeOf({ notation }: Chat, minutes: number): number {
  const ms = START + minutes * 60_000;
  return notation.seconds === true ? ms : Math.floor(ms / 60_000) * 60_000;
}

function written(chat: Chat): string[] {
  const all = [{ author: 'Ada', text: 'first', minutes: 0 }, ...chat.messages];
  return all.map(({ author, text, minutes }) => {
    const stamp = chat.notation.write(new Date(START + minutes * 60_000));
    return `${stamp}${author}: ${text}${chat.notation.ending ?? '\n'}`;
  });
}

const plainName = (author: string): string =>
  author
    .replace(/[\u202a-\u202e]/g, '')
    .replace(/[\u00a0\u202f]/g, ' ')
    .replace(/^~ ?/, '');

const read = (...lines: readonly string[]) => itemsOf(readWhatsAppTxt, 'chat.txt', lines.join('\n'));
const A = '25/12/2023, 10:00 - ';

describe('WhatsApp text', () => {
  it('reads back text, author and local time in every notation', async () => {
    await fc.assert(
      fc.asyncProperty(chats, fc.integer({ min: 1, max: 200 }), async (chat, piece) => {
        const text = written(chat).join('');
        for (const variant of [text, `\uFEFF${text}`, `${text}\n\n`, text.trimEnd()]) {
          const result = await readAll(readWhatsAppTxt, memoryInput('chat.txt', variant, piece));
          assert.ok(addsUp(result));
          assert.equal(result.summary.complete, true);
          assert.deepEqual(
            result.rows.map((row) => (row.status === 'item' ? [row.kind, row.author.name, row.text, row.time] : row)),
            [{ author: 'Ada', text: 'first', minutes: 0 }, ...chat.messages].map(({ author, text, minutes }) => [
              'message',
              plainName(author),
              text,
              { ms: timeOf(chat, minutes), zone: 'unknown' },
            ]),
          );
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is known by its content in every notation, also where it begins with a bracket as JSON does', () => {
    fc.assert(
      fc.property(chats, (chat) => {
        const bytes = Buffer.from(written(chat).join(''));
        const found = sniff({ bytes, whole: true }, 'chat.json');
        assert.equal(found.status === 'recognised' ? found.candidates[0]?.format : found.reason, 'whatsapp-txt');
      }),
      { numRuns: 200 },
    );
  });

  it('gives every whole message of a file cut at any byte', async () => {
    await fc.assert(
      fc.asyncProperty(chats, fc.nat(), async (chat, at) => {
        const pieces = written(chat).map((line) => Buffer.from(line));
        const bytes = Buffer.concat(pieces);
        const first = (pieces[0]?.length ?? 0) + (pieces[1]?.length ?? 0);
        const cut = first + (at % (bytes.length - first));
        const whole = await readAll(readWhatsAppTxt, memoryInput('chat.txt', bytes));
        const part = await readAll(readWhatsAppTxt, memoryInput('chat.txt', bytes.subarray(0, cut)));
        let end = 0;
        const before = pieces.filter((piece) => (end += piece.length) <= cut).length;
        // The last message before the cut may have lost or gained nothing but its own end.
        assert.deepEqual(part.rows.slice(0, before - 1), whole.rows.slice(0, before - 1));
        assert.ok(addsUp(part));
      }),
      { numRuns: 60 },
    );
  });

  it('keeps one notation a file: a pasted log in another one stays text', async () => {
    const rows = await read(
      `${A}Ada: see`,
      '[01.02.24, 10:00:00] Bob: pasted',
      '2024-01-01 10:00 - Eve: too',
      `${A}Bob: ok`,
      `${A}Ada: fine`,
    );
    assert.deepEqual(
      rows.map(({ text }) => text),
      ['see\n[01.02.24, 10:00:00] Bob: pasted\n2024-01-01 10:00 - Eve: too', 'ok', 'fine'],
    );
  });

  it('decides between day and month first by what the dates allow, by media names, by order and by hints', async () => {
    const order = async (...lines: readonly string[]) => {
      const survey = await surveyWhatsApp(memoryInput('chat.txt', lines.join('\n')));
      return [survey?.order, survey?.sure];
    };
    assert.deepEqual(await order('1/2/24, 10:00 - A: x', '1/13/24, 10:00 - A: x'), ['month-first', true]);
    assert.deepEqual(await order('1/2/24, 10:00 - A: x', '13/2/24, 10:00 - A: x'), ['day-first', true]);
    assert.deepEqual(await order('3/4/24, 10:00 - A: IMG-20240304-WA0001.jpg (file attached)'), ['month-first', true]);
    assert.deepEqual(await order('[3/4/24, 10:00:00] A: \u200e<attached: 00000042-PHOTO-2024-04-03-10-00-00.jpg>'), [
      'day-first',
      true,
    ]);
    assert.deepEqual(await order('1/2/24, 10:00 - A: x', '1/3/24, 10:00 - A: x', '2/1/24, 10:00 - A: x'), [
      'month-first',
      true,
    ]);
    assert.deepEqual(await order('01.02.24, 10:00 - A: x'), ['day-first', true]);
    assert.deepEqual(await order('1/2/24, 10:00 AM - A: x'), ['month-first', true]);
    assert.deepEqual(await order('01/02/2024, 10:00 am - A: x'), ['day-first', true]);
    assert.deepEqual(await order('01/02/2024, 10:00 - A: x'), ['day-first', false]);
    assert.deepEqual(await order('2024/01/02, 10:00 - A: x'), ['year-first', true]);
  });

  it('drops an order that would put messages after the date of the file', async () => {
    const input = { ...memoryInput('chat.txt', '01/02/2024, 10:00 - A: x\n'), modified: Date.UTC(2024, 0, 5) };
    assert.equal((await surveyWhatsApp(input))?.order, 'month-first');
  });

  it('does what the person chose, and rejects dates that this makes impossible', async () => {
    const input = memoryInput('chat.txt', '01/02/2024, 10:00 - A: x\n13/02/2024, 10:00 - A: y\n');
    const { rows, summary } = await readAll(readWhatsAppTxt, input, { dayMonth: 'month-first' });
    assert.deepEqual(
      rows.map(({ status }) => status),
      ['item', 'rejected'],
    );
    assert.equal(summary.dayMonth?.reason, 'Chosen by hand.');
  });

  it('tells notices from people, whatever words people use', async () => {
    const rows = await read(
      `${A}Messages and calls are end-to-end encrypted. No one outside of this chat can read them.`,
      `${A}Ada added Bob`,
      `${A}Ada changed the subject from "one: a" to "two"`,
      `${A}Ada: Bob added me and left`,
      `${A}Ada: I changed the subject: done`,
      `${A}Group: \u200eMessages and calls are end-to-end encrypted.`,
      `${A}Bob: \u200eBob created group “x”`,
      `${A}Bob: \u200eplain words after a mark`,
      `${A}Bob: Missed voice call`,
      `${A}Bob: Bob created group “x”, I was told`,
      `${A}Ada: You left, I stayed`,
    );
    assert.deepEqual(
      rows.map(({ kind }) => kind),
      [
        'system',
        'system',
        'system',
        'message',
        'message',
        'system',
        'system',
        'message',
        'system',
        'message',
        'message',
      ],
    );
    assert.equal(rows[4]?.text, 'I changed the subject: done');
    assert.equal(rows[2]?.author.id, null);
  });

  it('tells deleted, edited, view-once and omitted messages', async () => {
    const rows = await read(
      `${A}Ada: This message was deleted`,
      `${A}Ada: \u200eThis message was deleted.`,
      `${A}Ada: Diese Nachricht wurde gelöscht`,
      `${A}Ada: \u200eThis message was deleted by admin Bob`,
      `${A}Ada: corrected \u200e<This message was edited>`,
      `${A}Ada:`,
      `${A}Ada: null`,
      `${A}Ada: <Media omitted>`,
      `${A}Ada: <Medien ausgeschlossen>`,
      `${A}Ada: \u200eimage omitted`,
      `${A}Ada: report.pdf • \u200e2 pages \u200edocument omitted`,
      `${A}Ada: This message was deleted, he said`,
    );
    assert.deepEqual(
      rows.map(({ kind }) => kind),
      [
        'deleted',
        'deleted',
        'deleted',
        'deleted',
        'message',
        'media-only',
        'media-only',
        'media-only',
        'media-only',
        'media-only',
        'media-only',
        'message',
      ],
    );
    assert.equal(rows[4]?.text, 'corrected');
    assert.notEqual(rows[4]?.edited, null);
    assert.deepEqual(rows[10]?.attachments, [{ name: 'report.pdf' }]);
  });

  it('takes the caption of an attachment for text, and the title of a document not', async () => {
    const rows = await read(
      `${A}Ada: IMG-20231225-WA0001.jpg (file attached)`,
      'look at this',
      `${A}Ada: \u200eIMG-20231225-WA0002.jpg (Datei angehängt)`,
      `${A}Ada: \u200e<attached: 00000042-PHOTO-2023-12-25-10-00-00.jpg>`,
      `${A}Ada: see \u200e<Anhang: 00000043-PHOTO-2023-12-25-10-00-00.jpg>`,
      `${A}Ada: report.pdf • \u200e2 pages \u200e<attached: 00000044-report.pdf>`,
    );
    assert.deepEqual(
      rows.map(({ kind, text }) => [kind, text]),
      [
        ['message', 'look at this'],
        ['media-only', ''],
        ['media-only', ''],
        ['message', 'see '],
        ['media-only', ''],
      ],
    );
    assert.equal(rows[0]?.attachments[0]?.path, 'IMG-20231225-WA0001.jpg');
    assert.equal(rows[4]?.attachments[0]?.path, '00000044-report.pdf');
  });

  it('knows a placeholder in an unknown language by its repetition', async () => {
    const line = `${A}Ada: <Meadhan air fhàgail às>`;
    const rows = await read(line, line, line, `${A}Ada: <only once>`);
    assert.deepEqual(
      rows.map(({ kind }) => kind),
      ['media-only', 'media-only', 'media-only', 'message'],
    );
  });

  it('keeps polls and places as messages, and mentions whole', async () => {
    const rows = await read(
      `${A}Ada: POLL:`,
      'Which?',
      'OPTION: A (1 vote)',
      `${A}Ada: location: https://maps.example/1`,
      `${A}Ada: hi @\u2068Bob\u2069`,
    );
    assert.deepEqual(
      rows.map(({ text }) => text),
      ['POLL:\nWhich?\nOPTION: A (1 vote)', 'location: https://maps.example/1', 'hi @\u2068Bob\u2069'],
    );
  });

  it('rejects what stands before the first message, and nothing else', async () => {
    const { rows } = await readAll(readWhatsAppTxt, memoryInput('chat.txt', `not a header\nstill none\n${A}Ada: x\n`));
    assert.deepEqual(
      rows.map(({ status }) => status),
      ['rejected', 'item'],
    );
    assert.equal(rows[0]?.raw, 'not a header\nstill none');
  });

  it('reads the chat name from the name of the file, the zip or the folder', () => {
    const named = (path: string, member: string, name: string): string =>
      chatName({ ...memoryInput(name, ''), path, member });
    assert.equal(
      named('/x/WhatsApp Chat with Cat Club (1).txt', '', 'WhatsApp Chat with Cat Club (1).txt'),
      'Cat Club',
    );
    assert.equal(named('/x/WhatsApp Chat - Cat Club.zip', '_chat.txt', '_chat.txt'), 'Cat Club');
    assert.equal(named('/x/WhatsApp Chat - Cat Club/_chat.txt', '', '_chat.txt'), 'Cat Club');
    assert.equal(named('/x/WhatsApp-Chat mit Katzen.txt', '', 'WhatsApp-Chat mit Katzen.txt'), 'Katzen');
  });

  it('takes no ordinary line for a header', () => {
    fc.assert(fc.property(fc.lorem(), (text) => assert.equal(headerOf(text), null)));
    for (const line of [
      '12 - 13: x',
      '2024 was good - really: yes',
      '[1] a footnote: x',
      '10:30 - Bob: x',
      '99/99 - x',
      '',
    ])
      assert.equal(headerOf(line), null);
  });
});
