/** An audit report as HTML: one file, without scripts, that prints well. */
import { hash } from 'node:crypto';
import type { Decision } from '../exporters/decisions.ts';
import type { Figures, PromotedBecause } from './report-figures.ts';

const STYLE = `
:root { color-scheme: light; }
body { font: 10.5pt/1.45 system-ui, sans-serif; color: #111; background: #fff; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 1.8rem 0 .4rem; break-after: avoid; }
p { margin: .4rem 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; border-bottom: 1px solid #ccc; font-weight: normal; }
thead th { font-weight: 600; border-bottom-color: #111; }
.n { text-align: right; }
.sum { font: 8.5pt/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
.text { overflow-wrap: anywhere; white-space: pre-wrap; unicode-bidi: isolate; }
.wrong { font-weight: 600; }
.signature { break-inside: avoid; border: 1px solid #111; padding: 0 1rem 1rem; margin-top: 2rem; }
@page { size: A4; margin: 18mm; }
@media print { body { max-width: none; margin: 0; padding: 0; } }
`;
const POLICY = `default-src 'none'; style-src 'sha256-${hash('sha256', STYLE, 'base64')}'`;

export interface About {
  /** name of the workspace's file */
  readonly workspace: string;
  readonly made: Date;
  /** pseudonym of whoever signs */
  readonly reviewer: string;
}

/** All above the decisions. */
export const pageHead = (about: About, figures: Figures): string =>
  [
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Audit report: ${safe(about.workspace)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Audit report</h1>
<p>${safe(about.workspace)}, made on ${day(about.made)} by ${about.reviewer}. Authors and reviewers stand under pseudonyms; times are UTC.</p>`,
    section('What was reviewed', keyed(overview(figures))),
    section('Decisions in force', verdictTable(figures)),
    section('What was done', keyed(done(figures))),
    figures.models.length === 0 ? '' : section('Models of the queue', modelTable(figures)),
    section('Chains of the reviewers', chainTable(figures)),
    figures.tombstones.length === 0 ? '' : section('Erased for good', tombstoneTable(figures)),
    figures.sources.length === 0 ? '' : section('Where the messages came from', sourceTable(figures)),
  ].join('\n');

export const listHead = `<section>
<h2>Each decision</h2>
<table>
<thead><tr><th>When</th><th>Reviewer</th><th>Labels</th><th>Message</th><th>Text</th></tr></thead>
<tbody>
`;
export const listRow = ({ decided_at, reviewer, labels, platform, channel, message_id, text }: Decision): string =>
  `<tr><td>${day(new Date(decided_at))}</td><td>${reviewer}</td><td>${labels.length === 0 ? 'nothing applies' : labels.map(safe).join(', ')}</td><td class="sum">${[platform, channel, message_id ?? ''].map(safe).join(' ')}</td><td class="text">${safe(text)}</td></tr>\n`;
export const listEnd = '</tbody>\n</table>\n</section>\n';

const section = (title: string, content: string): string => `<section>\n<h2>${title}</h2>\n${content}\n</section>`;

type Row = readonly [string, string | number];

const keyed = (rows: readonly Row[]): string =>
  `<table>\n${rows.map(([name, value]) => `<tr><th>${safe(name)}</th><td class="n">${shown(value)}</td></tr>`).join('\n')}\n</table>`;

function overview({ messages, reviewed, first, last }: Figures): Row[] {
  return [
    ...Object.entries(messages)
      .filter(([, count]) => count > 0)
      .map(([kind, count]): Row => [`Rows of the exports: ${kind}`, count]),
    ['Messages about which somebody has done something', reviewed],
    ...(first === null || last === null
      ? []
      : [['From and to', `${day(new Date(first))} to ${day(new Date(last))}`] as const]),
  ];
}

/** Labels down, reviewers across. A message may have several labels, so columns need not add up to the decisions. */
function verdictTable({ labels, verdicts }: Figures): string {
  const row = (name: string, of: (one: Figures['verdicts'][number]) => number): string => {
    const cells = verdicts.map(of);
    const all = cells.reduce((sum, count) => sum + count, 0);
    return `<tr><th>${safe(name)}</th>${[...cells, all].map((count) => `<td class="n">${shown(count)}</td>`).join('')}</tr>`;
  };
  const heads = [...verdicts.map(({ reviewer }) => reviewer), 'all'].map((name) => `<th class="n">${name}</th>`);
  return `<table>
<thead><tr><th>Label</th>${heads.join('')}</tr></thead>
<tbody>
${labels.map((label) => row(label, ({ byLabel }) => byLabel.get(label) ?? 0)).join('\n')}
${row('Nothing applies', ({ none }) => none)}
${row('Decisions', ({ total }) => total)}
</tbody>
</table>`;
}

const PROMOTED: Readonly<Record<PromotedBecause, string>> = {
  recommended: 'Another model for the queue, as recommended',
  override: 'Another model for the queue, though it was not recommended',
  'roll-back': 'Back to the model before',
  named: 'Another model for the queue, by an adapter that was named',
};

function done({ deeds, withNames, escalations, reopenings, promotions }: Figures): Row[] {
  const of = (kind: Parameters<typeof deeds.get>[0]): number => deeds.get(kind) ?? 0;
  return [
    ['Decisions made, those taken back too', of('decide')],
    ['Actions taken back', of('undo')],
    ['Actions done again', of('redo')],
    ['Put off', of('skip')],
    ...[...escalations].map(([reason, count]): Row => [`Escalated: ${reason}`, count]),
    ...[...reopenings].map(([reason, count]): Row => [`Reopened: ${reason}`, count]),
    ...[...promotions].map(([why, count]): Row => [PROMOTED[why], count]),
    ['Notes', of('note')],
    ['Real names looked at', of('reveal')],
    ['Evidence files made', of('evidence')],
    ['Of these, with real names', withNames],
    ['Put on hold', of('hold')],
    ['Holds lifted', of('release')],
    ['Erasures', of('erase')],
  ];
}

const modelTable = ({ models }: Figures): string => `<table>
<thead><tr><th>From</th><th>Model</th><th>By</th><th>Why</th></tr></thead>
<tbody>
${models.map(({ from, name, by }) => `<tr><td>${day(new Date(from))}</td><td>${safe(name)}</td><td>${by?.reviewer ?? ''}</td><td>${by === null ? 'The first model' : PROMOTED[by.why]}</td></tr>`).join('\n')}
</tbody>
</table>`;

const chainTable = ({ chains }: Figures): string => `<table>
<thead><tr><th>Reviewer</th><th class="n">Links</th><th>State</th><th>Head, key and signature</th></tr></thead>
<tbody>
${chains
  .map(
    ({ reviewer, links, broken, head, publicKey, signature }) =>
      `<tr><td>${reviewer}</td><td class="n">${shown(links)}</td><td>${broken === null ? 'whole' : `<span class="wrong">broken at link ${shown(broken.seq)}: ${safe(broken.reason)}</span>`}</td><td class="sum">head ${head}<br>key ${publicKey}<br>signature ${signature ?? 'made elsewhere'}</td></tr>`,
  )
  .join('\n')}
</tbody>
</table>`;

const tombstoneTable = ({ tombstones }: Figures): string => `<table>
<thead><tr><th>When</th><th class="n">Messages</th><th>Signature</th></tr></thead>
<tbody>
${tombstones.map(({ erasedAt, items, signed }) => `<tr><td>${day(new Date(erasedAt))}</td><td class="n">${shown(items)}</td><td>${signed ? 'right' : '<span class="wrong">wrong</span>'}</td></tr>`).join('\n')}
</tbody>
</table>`;

const sourceTable = ({ sources }: Figures): string => `<table>
<thead><tr><th>Format</th><th>Imported</th><th>Mark</th></tr></thead>
<tbody>
${sources.map(({ format, imported, mark }) => `<tr><td>${format}</td><td>${day(new Date(imported))}</td><td class="sum">${mark}</td></tr>`).join('\n')}
</tbody>
</table>`;

const shown = (value: string | number): string =>
  typeof value === 'number' ? value.toLocaleString('en-GB') : safe(value);
const day = (time: Date): string => time.toISOString().slice(0, 16).replace('T', ' ');

/** Text as text: no markup, and no sign that turns what stands around it. */
const safe = (text: string): string =>
  text
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (sign) =>
      sign === '\n' ? sign : `‹U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`,
    );
