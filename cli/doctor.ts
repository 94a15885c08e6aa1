import { Command } from '@commander-js/extra-typings';
import { examine, type Examination } from '../desk/doctor/examine.ts';
import { run, type Setting } from './run.ts';
import { bytes, count, counted, duration } from './terminal/figures.ts';
import { Failed } from './terminal/problem.ts';
import { Progress } from './terminal/progress.ts';
import { safeLine } from './terminal/safe-text.ts';
import type { Screen } from './terminal/screen.ts';
import { table } from './terminal/table.ts';
import { wrap } from './terminal/width.ts';
import { version } from './version.ts';

const command = () =>
  new Command('doctor')
    .summary('what works on this computer, and why not')
    .description('Says what works on this computer and what to do about what does not.')
    .option(
      '--verify',
      'also try every backend in a process of its own, read every model file and score a sentence',
      false,
    )
    .option('--json', 'print JSON', false);

type Options = ReturnType<ReturnType<typeof command>['opts']>;

type Found = Examination & { readonly moderato: string };

export const doctorVerb = () => command().action((options) => run((setting) => doctor(setting, options)));

async function doctor(setting: Setting, { verify, json }: Options): Promise<void> {
  const { screen, places, signal } = setting;
  using progress = new Progress(screen, { quiet: json });
  await using engine = setting.engine((line) => progress.say(line));
  const examined = await examine(places, verify ? engine : null, {
    signal,
    onStep: (what) => {
      if (verify) progress.update({ what, done: 0, total: 0, unit: '' });
    },
  });
  const found: Found = { moderato: version, ...examined };
  progress.clear();
  if (json) screen.line(JSON.stringify(found));
  else for (const line of lines(screen, found)) screen.line(line);
  const broken = found.models.some(({ status }) => status !== 'ok') || found.trial?.status === 'failed';
  if (broken) throw new Failed();
}

function lines(screen: Screen, found: Found): string[] {
  const good = (text: string): string => screen.style('green', text);
  const bad = (text: string): string => screen.style('red', text);
  const head = (text: string): string[] => ['', screen.style('bold', text)];
  const { cores, memory, libraries, calibration, models, backends, trial, hints } = found;
  const facts = [
    ['moderato', found.moderato],
    ['Node', found.node],
    ['system', `${found.platform}, ${found.system}`],
    ['processor', `${found.processor}, ${counted(cores.all, 'core')}, ${count(cores.granted)} for this process`],
    ['memory', `${bytes(memory.total)}, ${bytes(memory.free)} free`],
    ['calibration', calibration.file],
    ...found.folders.filter(({ what }) => what === 'added models').map(({ path }) => ['added models', path]),
  ].map((row) => row.map(safeLine));
  const out = table([{ head: '' }, { head: '' }], facts, screen.columns);
  out.push(...head('Native libraries'));
  for (const { backend, folder, reason } of libraries) {
    const state = folder === null ? 'no package for this computer' : reason === '' ? good('found') : bad(reason);
    out.push(`  ${backend.padEnd(7)} ${state}`);
  }
  if (backends !== null) {
    out.push(...head('Backends'));
    for (const { backend, status, device, driver, reason, difference, seconds } of backends) {
      const word = status === 'works' ? good('works  ') : status === 'refused' ? bad('refused') : 'absent ';
      const parts = [
        device ?? '',
        driver === undefined ? '' : `driver ${driver}`,
        difference === undefined ? '' : `largest difference ${difference.toExponential(1)}`,
        seconds === undefined || status === 'absent' ? '' : duration(seconds),
        reason ?? '',
      ].filter((part) => part !== '');
      const [first = '', ...rest] = wrap(safeLine(parts.join('; ')), screen.columns - 18);
      out.push(`  ${backend.padEnd(7)} ${word} ${first}`, ...rest.map((line) => `${' '.repeat(18)}${line}`));
    }
  }
  out.push(...head(backends === null ? 'Model files (sizes only; --verify reads them whole)' : 'Model files'));
  for (const { id, status, reason } of models) {
    out.push(
      `  ${status === 'ok' ? good('ok     ') : bad(status.padEnd(7))} ${safeLine(id)}${reason === '' ? '' : `: ${safeLine(reason)}`}`,
    );
  }
  if (calibration.measured.length > 0) {
    out.push(...head('Measured on this computer'));
    for (const { layout, tokens_per_second: rate, model } of calibration.measured) {
      out.push(
        `  ${safeLine(layout)}, ${count(rate)} tokens/s a thread  ${screen.style('dim', safeLine(model).slice(0, 12))}`,
      );
    }
  }
  if (trial?.status === 'works') {
    out.push(...head('The main job'));
    const { adapter, backend, layout, threads, seconds, cpu_variant: variant } = trial;
    out.push(
      `  ${good('works')}: ${safeLine(adapter)} on ${backend} (${layout}, ${counted(threads, 'thread')}${variant === null ? '' : `, library for ${variant}`}), a sentence in ${duration(seconds)} with opening`,
    );
  }
  out.push(...head(hints.length === 0 ? 'Nothing to do.' : 'What to do'));
  for (const hint of hints) {
    const [first = '', ...rest] = wrap(safeLine(hint), screen.columns - 4);
    out.push(`  - ${first}`, ...rest.map((line) => `    ${line}`));
  }
  if (backends === null) out.push('', screen.style('dim', '`moderato doctor --verify` also tries every backend.'));
  return out;
}
