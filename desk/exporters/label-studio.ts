/**
 * Decisions as tasks of Label Studio, for its import ("Basic Label Studio JSON format" and "Task format" of its guide):
 * `data` with the text, and an annotation for each reviewer, whose results name the control and the object of the
 * labeling configuration. `completed_by` is left out: the import refuses whom it does not know.
 */
import { createHash } from 'node:crypto';
import { type Decision, type DecisionRow, type VerdictRow, rowOf, verdictOf } from './decisions.ts';

/** Names of the control and of the object in the labeling configuration. */
const CONTROL = 'labels';
const OBJECT = 'text';

interface Result {
  readonly id: string;
  readonly from_name: typeof CONTROL;
  readonly to_name: typeof OBJECT;
  readonly type: 'choices';
  readonly value: { readonly choices: readonly string[] };
}

export interface Task {
  /** the verdict that counts as a row of a table, and all of them */
  readonly data: DecisionRow & { readonly verdicts: readonly VerdictRow[] };
  /** what a larger model says: its opinion, which Label Studio shows under the model's name and counts as no annotation */
  readonly predictions: readonly {
    readonly model_version: string;
    readonly score: number;
    readonly result: readonly Result[];
  }[];
  readonly annotations: readonly {
    readonly result: readonly Result[];
    readonly was_cancelled: false;
    readonly ground_truth: false;
  }[];
}

/** @param verdicts about one version of one message, the one that counts first; at least one */
export function taskOf(verdicts: readonly [Decision, ...Decision[]]): Task {
  return {
    data: { ...rowOf(verdicts[0]), verdicts: verdicts.map(verdictOf) },
    predictions: predictionsOf(verdicts[0]),
    annotations: verdicts.map((verdict) => ({
      result: resultsOf(verdict, verdict.reviewer, verdict.labels),
      was_cancelled: false,
      ground_truth: false,
    })),
  };
}

function predictionsOf(decision: Decision): Task['predictions'] {
  const { opinion, opinion_model: model, opinion_probability: score } = decision;
  if (opinion === null || model === null || score === null) return [];
  return [{ model_version: model, score, result: resultsOf(decision, model, [opinion]) }];
}

function resultsOf({ item, version }: Decision, by: string, labels: readonly string[]): Result[] {
  // Nothing applies: an annotation without a result.
  if (labels.length === 0) return [];
  const id = createHash('sha256').update(`${item} ${version} ${by}`).digest('base64url').slice(0, 10);
  return [{ id, from_name: CONTROL, to_name: OBJECT, type: 'choices', value: { choices: labels } }];
}

/** The labeling configuration that a project needs for these tasks. */
export function labelingConfig(labels: readonly string[]): string {
  const choices = labels.map((label) => `    <Choice value="${escaped(label)}"/>`);
  return [
    '<View>',
    `  <Text name="${OBJECT}" value="$text"/>`,
    `  <Choices name="${CONTROL}" toName="${OBJECT}" choice="multiple">`,
    ...choices,
    '  </Choices>',
    '</View>',
  ].join('\n');
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
