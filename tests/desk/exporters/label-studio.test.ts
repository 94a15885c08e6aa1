import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { labelStudioTasks } from './label-studio-tasks.ts';

const FIXTURE = new URL('../../fixtures/label-studio/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, FIXTURE), 'utf8');

const Choices = z.object({ choices: z.array(z.string()) });
const Annotated = z.object({ result: z.array(z.object({ value: Choices })) });
const Tasks = z.array(z.object({ data: z.object({ text: z.string() }), annotations: z.array(Annotated) }));

/** What Label Studio's own library makes of the tasks (tests/fixtures/make_label_studio.py). */
const Library = z.object({
  valid: z.array(z.object({ task: z.boolean(), annotations: z.array(z.boolean()), predictions: z.array(z.boolean()) })),
  json_min: z.array(z.object({ text: z.string(), labels: z.union([z.string(), Choices]) })),
  csv: z.array(z.object({ text: z.string(), labels: z.string() })),
});

describe('an export for Label Studio', () => {
  it('is the one that was shown to Label Studio itself; after a change make both fixtures anew', async () => {
    const { tasks, config } = await labelStudioTasks();
    assert.deepEqual(tasks, JSON.parse(read('tasks.json')));
    assert.equal(`${config}\n`, read('config.xml'));
  });

  it('is valid for its library, predictions too, and its converter finds what each reviewer decided', () => {
    const tasks = Tasks.parse(JSON.parse(read('tasks.json')));
    const { valid, json_min: rows, csv } = Library.parse(JSON.parse(read('library.json')));
    const checks = valid.flatMap(({ task, annotations, predictions }) => [task, ...annotations, ...predictions]);
    assert.equal(valid.length, tasks.length);
    assert.ok(checks.length > 2 * tasks.length && checks.every((good) => good));
    const said = tasks.flatMap(({ data, annotations }) =>
      annotations.map(({ result }) => [data.text, ...result.flatMap(({ value }) => value.choices)]),
    );
    const found = rows.map(({ text, labels }) => [
      text,
      ...(typeof labels !== 'string' ? labels.choices : labels === '' ? [] : [labels]),
    ]);
    assert.deepEqual(found, said);
    const cell = (labels: string): string[] =>
      labels.startsWith('{') ? Choices.parse(JSON.parse(labels)).choices : labels === '' ? [] : [labels];
    assert.deepEqual(
      csv.map(({ text, labels }) => [text, ...cell(labels)]),
      said,
    );
  });
});
