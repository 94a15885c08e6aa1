import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { EXPORT_FORMATS, type ExportFormat } from '../../../desk/exporters/formats.ts';
import { type Decision, decisions, verdictOf } from '../../../desk/exporters/decisions.ts';
import { exportJob } from '../../../desk/exporters/export-job.ts';
import { importFrom } from '../../../desk/importers/job.ts';
import { openExport } from '../../../desk/importers/registry.ts';
import type { MessageRecord } from '../../../desk/importers/record.ts';
import { decide } from '../../../desk/review/deeds.ts';
import { Workspace } from '../../../desk/store/workspace.ts';
import { Writer } from '../../../desk/writer/writer.ts';
import { reviewerPseudonym } from '../../../desk/store/pseudonym.ts';
import { NOW, as, type Community, community, first } from '../review/fixtures.ts';
import { importFiles, message, writeRows } from '../store/fixtures.ts';

/** Begin with what spreadsheets run, hold what ends a row, quotes, and signs of every kind. */
const HOSTILE = [
  '=HYPERLINK("http://x.example","click")',
  '+49 30 123',
  '-1 to this',
  '@everyone look',
  '\tindented',
  '\rreturned',
  "'=already made safe",
  "''+twice",
  "'tis harmless",
  "cut;=cmd|'/C calc'!A0;'-up ;-)",
  'two\nlines, "quotes" and; more|signs',
  'a\rlone return',
  'windows\r\nlines',
  '{"text":"json"}',
  'emoji 🦊 and \u202eturned',
  '   spaces   ',
];

const hooks = { since: 0, signal: new AbortController().signal, onProgress: () => {} };

async function exported(c: Community, format: ExportFormat): Promise<string> {
  const path = c.folder.file(`out.${format}`);
  await exportJob(c.workspace, { kind: 'export', path, format }, hooks);
  return path;
}

async function read(path: string): Promise<MessageRecord[]> {
  const rows: MessageRecord[] = [];
  for await (const source of openExport(path))
    for await (const batch of source.read()) for (const row of batch) if (row.status === 'item') rows.push(row);
  return rows;
}

const said = ({ id, channel, text, label, author, time }: MessageRecord) => ({
  id,
  channel: channel.id,
  text,
  label,
  author: author.name,
  time,
});

/** A community in which every one of some texts was decided. */
async function decided(texts: readonly string[]): Promise<Community> {
  const c = await community(0);
  const rows = texts.map((text, i) =>
    message({
      id: i % 3 === 2 ? null : String(100_000_000_000_000_000n + BigInt(i)),
      channel: { id: i % 2 === 0 ? '-1001' : 'c7', name: 'general' },
      author: { id: `a${i % 4}`, name: `Person ${i % 4}`, bot: false },
      time: { ms: 1_700_000_000_000 + i * 61_001, zone: i % 2 === 0 ? 'utc' : 'unknown' },
      text,
    }),
  );
  await importFiles(c.workspace, writeRows(c.folder.file('hostile'), rows));
  texts.forEach((_, i) =>
    decide(
      c.workspace,
      c.ada,
      first(i + 1),
      i % 2 === 0 ? as(c.labels.insult) : as(c.labels.insult, c.labels.threat),
      NOW,
    ),
  );
  return c;
}

/** A larger model has its opinion on some messages. */
function opined({ workspace, labels }: Community, items: readonly number[]): void {
  const sum = 'ab'.repeat(32);
  const run = workspace.opinions.start({ model: 'Larger', sha256: sum, question: sum }, NOW);
  const opinions = items.map((item) => ({ item, version: 1, label: labels.insult, probability: 0.75 }));
  workspace.opinions.write(run, opinions, NOW);
}

/** What the importers must find: what stands in the workspace. */
function expected({ workspace }: Community) {
  return workspace.reviews.decided(0, 1000).map((id) => {
    const item = workspace.items.get(id);
    assert.ok(item);
    return {
      id: item.messageId ?? workspace.authors.reference(null, workspace.items.identity(id)),
      channel: item.channel.platformId,
      text: workspace.authors.shown(item.text, item.platform).text,
      label: (workspace.reviews.verdicts(id).at(-1)?.labels ?? [])
        .map((label) => workspace.policies.label(label)?.name)
        .join('|'),
      author: item.author?.pseudonym ?? '',
      time: item.time === null ? null : { ms: item.time, zone: item.localTime ? 'unknown' : 'utc' },
    };
  });
}

describe('what is exported', () => {
  for (const format of EXPORT_FORMATS)
    it(`is read again by the importers without loss: ${format}`, async () => {
      using c = await decided(HOSTILE);
      assert.deepEqual((await read(await exported(c, format))).map(said), expected(c));
    });

  for (const format of EXPORT_FORMATS)
    it(`comes back in every column, second verdicts too, and is kept with the message: ${format}`, async () => {
      using c = await decided(HOSTILE);
      const { workspace: store, ada, ben, labels, folder } = c;
      const model = { base: 'b'.repeat(64), adapter: null, depth: 4, score: 0.625 };
      const spans = [{ start: 0, end: 4 }];
      const whole = (note: string) => ({ ...as(labels.threat), reasons: ['rule 4', '=rude'], note, spans, model });
      HOSTILE.forEach((note, i) => {
        decide(store, i % 2 === 0 ? ada : ben, first(i + 1), whole(note), NOW + 1 + i);
        if (i % 3 === 0) decide(store, ben, first(i + 1), as(labels.fine), NOW + 100 + i);
      });
      opined(c, [1, 2, 5]);
      const path = await exported(c, format);
      const rows = [...decisions(store)];
      assert.equal(rows.filter(({ opinion, opinion_model: of }) => opinion === 'insult' && of === 'Larger').length, 5);
      const told = ({ platform, ...row }: Decision) => ({ platform, ...verdictOf(row as Decision) });
      const messages = [...Map.groupBy(rows, ({ item }) => item).values()];
      const isTable = format === 'csv' || format === 'jsonl' || format === 'parquet';
      const records = await read(path);
      assert.deepEqual(
        records.map(({ id, channel, text, label, author, decided: given }) => ({
          ...{ id, channel, text, label, author: author.name, decided: given },
        })),
        (isTable ? rows.map((row) => [row]) : messages).map((all) => {
          const [row] = all as [Decision, ...Decision[]];
          return {
            id: row.message_id ?? row.item,
            channel: { id: row.channel_id, name: row.channel },
            text: row.text,
            label: row.labels.join('|'),
            author: row.author ?? '',
            decided: all.map(told),
          };
        }),
      );
      // Into another workspace: one message, whichever reviewers decided about it, with all that they said.
      using other = Workspace.create(folder.file('other.moderato'));
      await using writer = Writer.of(other);
      await importFrom(openExport, { writer, key: other.key }, [path]);
      const kept = messages.map((_, i) => other.items.get(i + 1));
      assert.equal(other.items.lastId, messages.length);
      assert.deepEqual(
        kept.map((item) => [item?.text, item?.channel.name, item?.decided]),
        messages.map((all) => [all[0]?.text, all[0]?.channel, all.map(told)]),
      );
      assert.deepEqual(other.reviews.decided(0, 10), [], 'nobody signed any of it: no decision here');
    });

  it('is read again whatever the texts are', async () => {
    const signs = fc.constantFrom('=', "'", '"', ',', ';', '\n', '\r', '\t', '|', ' ', 'ä', '🦊', 'word', '\\', '{');
    const text = fc.string({ unit: signs, maxLength: 30 }).filter((words) => words.trim() !== '');
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 12 }), async (texts) => {
        using c = await decided(texts);
        for (const format of EXPORT_FORMATS)
          assert.deepEqual((await read(await exported(c, format))).map(said), expected(c), format);
      }),
      { numRuns: 6 },
    );
  });

  it('names people by pseudonyms only, reviewers too', async () => {
    using c = await decided(HOSTILE);
    for (const format of EXPORT_FORMATS) {
      const bytes = readFileSync(await exported(c, format)).toString('latin1');
      assert.ok(!bytes.includes('Person'), format);
      assert.ok(!bytes.includes('Ada'), format);
      assert.ok(bytes.includes(reviewerPseudonym(c.ada.publicKey)), format);
    }
  });

  it('replaces mentions in notes and reasons, too, and marks the same words of the text that is shown', async () => {
    using c = await community(0);
    const { workspace: store, ada, ben, labels, folder } = c;
    const cem = store.reviewers.add('Cem', NOW);
    const grace = { id: 'a1', name: 'Grace Person', bot: false };
    const text = 'Well @Grace Person, what a fool';
    await importFiles(store, writeRows(folder.file('said'), [message({ author: grace, text })]));
    const marked = { start: text.indexOf('fool'), end: text.length };
    const said = { reasons: ['said to @Grace Person'], note: 'ask @Grace Person', spans: [marked], settles: true };
    decide(store, ada, first(1), as(labels.fine), NOW);
    decide(store, ben, first(1), as(labels.threat), NOW + 1);
    decide(store, cem, first(1), { ...as(labels.insult), ...said }, NOW + 2);
    for (const format of EXPORT_FORMATS) {
      const path = await exported(c, format);
      assert.ok(!readFileSync(path).includes('Grace'), format);
      const [row] = await read(path);
      const [verdict] = row?.decided ?? [];
      const words = verdict?.spans.map(({ start, end }) => row?.text.slice(start, end));
      assert.deepEqual([words, verdict?.settles, verdict?.blind], [['fool'], true, false], format);
      assert.match(verdict?.note ?? '', /^ask @user-/, format);
    }
  });

  it('does not name a chat after the people that it is with, whether they wrote something or not', async () => {
    using c = await community(0);
    const grace = { id: null, name: 'Grace Person', bot: false };
    const chats = [
      { id: 'Grace Person', name: 'Grace Person' },
      { id: 'Silent Anna', name: 'Silent Anna', personal: true },
      { id: '12345', name: 'Anna, Silent Bob', personal: true },
      { id: '777', name: 'general' },
    ];
    const rows = chats.map((channel) => message({ platform: 'whatsapp', id: null, channel, author: grace }));
    await importFiles(c.workspace, writeRows(c.folder.file('chat'), rows));
    for (const item of [1, 2, 3, 4]) decide(c.workspace, c.ada, first(item), as(c.labels.fine), NOW);
    for (const format of EXPORT_FORMATS)
      assert.doesNotMatch(readFileSync(await exported(c, format), 'latin1'), /Grace|Silent|Anna|12345/, format);
    const lines = readFileSync(await exported(c, 'jsonl'), 'utf8')
      .trim()
      .split('\n');
    const told = lines.map((line) =>
      z.looseObject({ channel_id: z.string(), channel: z.string() }).parse(JSON.parse(line)),
    );
    assert.deepEqual(
      told.map(({ channel }) => channel.replace(/-.*/, '')),
      ['user', 'chat', 'chat', 'general'],
    );
    assert.equal(new Set(told.map(({ channel_id: id }) => id)).size, 4, 'still told apart');
  });

  it('has both verdicts where two reviewers decided, the one that counts first', async () => {
    using c = await decided(['just this one']);
    decide(c.workspace, c.ben, first(1), as(c.labels.fine), NOW + 1);
    for (const format of ['csv', 'jsonl', 'parquet'] as const)
      assert.deepEqual(
        (await read(await exported(c, format))).map(({ label }) => label),
        ['fine', 'insult'],
        format,
      );
    const tasks = z.array(Task).parse(JSON.parse(readFileSync(await exported(c, 'label-studio'), 'utf8')));
    assert.deepEqual(
      tasks.map(({ annotations }) => annotations.map(({ result }) => result.map(({ value }) => value.choices))),
      [[[['fine']], [['insult']]]],
    );
    const records = z.array(Argilla).parse(JSON.parse(readFileSync(await exported(c, 'argilla'), 'utf8')));
    assert.deepEqual(
      records.map(({ responses }) => responses.labels.map(({ value }) => value)),
      [[['fine'], ['insult']]],
    );
    assert.equal(new Set(records[0]?.responses.labels.map(({ user_id }) => user_id)).size, 2);
  });
});

/**
 * What Label Studio's import demands, for texts of every kind; label-studio.test.ts has what its own library says of a few.
 * From its own sources: `TaskValidator` (label_studio/tasks/validation.py: `data` is
 * an object that has the variables of the configuration, here `$text`, as text; `annotations` a list, each with a list
 * `result`), `_insert_valid_completed_by` (label_studio/tasks/serializers.py: no `completed_by` that it does not know),
 * and of label_studio_sdk `LabelInterface._validate_region_logic` (from_name, to_name, type and value are there; the names
 * are those of the configuration, the type is that of the control) and `ChoicesValue` (choices: list of str).
 */
const Result = z.strictObject({
  id: z.string().min(1),
  from_name: z.literal('labels'),
  to_name: z.literal('text'),
  type: z.literal('choices'),
  value: z.strictObject({ choices: z.array(z.string()).min(1) }),
});
const Task = z.object({
  data: z.looseObject({ text: z.string() }),
  annotations: z.array(
    z.strictObject({
      result: z.array(Result),
      was_cancelled: z.boolean(),
      ground_truth: z.boolean(),
    }),
  ),
  predictions: z.array(
    z.strictObject({ model_version: z.string(), score: z.number().min(0).max(1), result: z.array(Result) }),
  ),
});

/** As `Record.from_dict` of Argilla's SDK reads it (argilla/src/argilla/records/_resource.py, responses.py). */
const Argilla = z.strictObject({
  id: z.string().min(1),
  fields: z.strictObject({ text: z.string() }),
  metadata: z.record(z.string(), z.union([z.string(), z.number()])),
  suggestions: z.strictObject({
    labels: z.strictObject({ value: z.array(z.string()), score: z.array(z.number()), agent: z.string() }).optional(),
  }),
  responses: z.strictObject({
    labels: z.array(
      z.strictObject({
        value: z.array(z.string()),
        user_id: z.uuid(),
        status: z.enum(['draft', 'submitted', 'discarded']),
      }),
    ),
  }),
  vectors: z.strictObject({}),
});

describe('an export for', () => {
  it('Label Studio is what its import takes, with a configuration that has every name and choice', async () => {
    using c = await decided(HOSTILE);
    decide(c.workspace, c.ben, first(1), as(), NOW);
    c.workspace.policies.putLabel({
      policy: null,
      name: 'a "quoted" <label> & more',
      key: null,
      guidance: '',
      severity: 1,
      retired: false,
    });
    const path = c.folder.file('tasks.json');
    const { config } = await exportJob(c.workspace, { kind: 'export', path, format: 'label-studio' }, hooks);
    const tasks = z.array(Task).parse(JSON.parse(readFileSync(path, 'utf8')));
    assert.equal(tasks.length, HOSTILE.length);
    assert.match(config ?? '', /<Text name="text" value="\$text"\/>/);
    assert.match(config ?? '', /<Choices name="labels" toName="text" choice="multiple">/);
    const choices = [...(config ?? '').matchAll(/<Choice value="([^"<>]*)"\/>/g)].map(([, value]) => value);
    assert.ok(choices.includes('a &#34;quoted&#34; &#60;label&#62; &#38; more'));
    for (const { annotations } of tasks)
      for (const { result } of annotations)
        for (const { value } of result) for (const choice of value.choices) assert.ok(choices.includes(choice));
    assert.deepEqual(tasks[0]?.annotations[0]?.result, [], 'Ben: nothing applies');
  });

  it('both has the opinion of a larger model as that of the model, never among what people decided', async () => {
    using c = await decided(['one', 'two', 'three']);
    opined(c, [2, 3]);
    const tasks = z.array(Task).parse(JSON.parse(readFileSync(await exported(c, 'label-studio'), 'utf8')));
    const ofTask = (task: (typeof tasks)[number]) =>
      task.predictions.map(({ model_version: by, score, result }) => [
        by,
        score,
        result.map(({ value }) => value.choices),
      ]);
    assert.deepEqual(tasks.map(ofTask), [[], [['Larger', 0.75, [['insult']]]], [['Larger', 0.75, [['insult']]]]]);
    assert.deepEqual(
      tasks.map(({ annotations }) => annotations.length),
      [1, 1, 1],
    );
    const records = z.array(Argilla).parse(JSON.parse(readFileSync(await exported(c, 'argilla'), 'utf8')));
    const suggested = { value: ['insult'], score: [0.75], agent: 'Larger' };
    assert.deepEqual(
      records.map(({ suggestions }) => suggestions.labels),
      [undefined, suggested, suggested],
    );
  });

  it('Argilla is what its SDK takes', async () => {
    using c = await decided(HOSTILE);
    const records = z.array(Argilla).parse(JSON.parse(readFileSync(await exported(c, 'argilla'), 'utf8')));
    assert.equal(new Set(records.map(({ id }) => id)).size, HOSTILE.length);
  });

  it('nobody, where nothing was decided, is whole all the same', async () => {
    using c = await community(2);
    for (const format of ['label-studio', 'argilla'] as const)
      assert.deepEqual(JSON.parse(readFileSync(await exported(c, format), 'utf8')), []);
    for (const format of ['csv', 'parquet'] as const) assert.deepEqual(await read(await exported(c, format)), []);
  });
});
