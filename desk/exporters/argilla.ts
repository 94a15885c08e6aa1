/**
 * Decisions as records of Argilla 2, in the form that `Dataset.records.from_json` takes (`Record.from_dict` of its SDK):
 * one field `text`, one multi-label question `labels`, a response for each reviewer.
 */
import { createHash } from 'node:crypto';
import { type Decision, rowOf, verdictOf } from './decisions.ts';

export interface ArgillaRecord {
  readonly id: string;
  readonly fields: { readonly text: string };
  /** texts and numbers only; '' for what is not known; `verdicts` is all of them as JSON */
  readonly metadata: Readonly<Record<string, string | number>>;
  /** what a larger model says: its opinion, under its name */
  readonly suggestions: {
    readonly labels?: { readonly value: readonly string[]; readonly score: readonly number[]; readonly agent: string };
  };
  readonly responses: {
    readonly labels: readonly {
      readonly value: readonly string[];
      readonly user_id: string;
      readonly status: 'submitted';
    }[];
  };
  readonly vectors: Readonly<Record<string, never>>;
}

/** @param verdicts about one version of one message, the one that counts first; at least one */
export function recordOf(verdicts: readonly [Decision, ...Decision[]]): ArgillaRecord {
  const [counts] = verdicts;
  const { text, ...metadata } = rowOf(counts);
  return {
    id: `${counts.item}-${counts.version}`,
    fields: { text: String(text) },
    metadata: {
      ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, value ?? ''])),
      verdicts: JSON.stringify(verdicts.map(verdictOf)),
    },
    suggestions: suggestionsOf(counts),
    responses: {
      labels: verdicts.map(({ labels, reviewer }) => ({
        value: labels,
        user_id: userOf(reviewer),
        status: 'submitted',
      })),
    },
    vectors: {},
  };
}

function suggestionsOf(decision: Decision): ArgillaRecord['suggestions'] {
  const { opinion, opinion_model: agent, opinion_probability: score } = decision;
  return opinion === null || agent === null || score === null
    ? {}
    : { labels: { value: [opinion], score: [score], agent } };
}

/** A UUID (RFC 9562, version 8) that always is the same for a reviewer. */
function userOf(reviewer: string): string {
  const bytes = createHash('sha256').update(reviewer).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
