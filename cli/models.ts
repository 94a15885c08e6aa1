import { Command } from '@commander-js/extra-typings';
import { addModel } from '../desk/models/add.ts';
import { exportPlainLora } from '../desk/models/export.ts';
import { readCatalog } from '../desk/models/catalog.ts';
import { getModel } from '../desk/models/get.ts';
import { verifyFiles } from '../desk/models/verify.ts';
import { run, type Setting } from './run.ts';
import { bytes, counted } from './terminal/figures.ts';
import { Failed, Interrupted, WrongUsage } from './terminal/problem.ts';
import { Progress } from './terminal/progress.ts';
import { answerTo } from './terminal/question.ts';
import { safeLine } from './terminal/safe-text.ts';
import { table } from './terminal/table.ts';

export const modelsVerb = () =>
  new Command('models')
    .summary('the models on this computer')
    .description(
      'Lists, checks, fetches, takes in and exports models. Only `get` goes to a network, and it says where first.',
    )
    .addCommand(listVerb())
    .addCommand(verifyVerb())
    .addCommand(getVerb())
    .addCommand(addVerb())
    .addCommand(exportVerb());

const listVerb = () =>
  new Command('list')
    .description('what there is, with licence and size')
    .option('--json', 'print JSON', false)
    .action(({ json }) =>
      run(({ screen, places }) => {
        const { models, adapters, defaultAdapter, offers } = readCatalog(places);
        if (json) {
          screen.line(JSON.stringify({ models, adapters, default_adapter: defaultAdapter?.id ?? null, offers }));
          return Promise.resolve();
        }
        const rows = models.map((model) => [
          model.id,
          model.origin === 'embedded' ? 'base model' : 'base model, added',
          `${model.architecture}, ${counted(model.layers, 'layer')}, width ${model.width}`,
          bytes(model.size),
          model.licence,
        ]);
        const own = adapters.map((adapter) => [
          adapter.id,
          adapter.id === defaultAdapter?.id ? 'adapter, default' : 'adapter',
          adapter.title,
          bytes(adapter.size),
          '',
        ]);
        const heads = ['id', 'what', 'shape', 'size', 'licence'].map((head) => ({
          head,
          side: head === 'size' ? ('right' as const) : ('left' as const),
        }));
        const cells = [...rows, ...own].map((row) => row.map(safeLine));
        for (const line of table(heads, cells, screen.columns)) screen.line(line);
        if (offers.length === 0) return Promise.resolve();
        screen.line();
        screen.line('To fetch, with `moderato models get ID`:');
        const columns = [
          { head: 'id' },
          { head: 'size', side: 'right' as const },
          { head: 'licence' },
          { head: 'for' },
        ];
        const more = offers.map(({ id, size, licence, why }) => [id, bytes(size), licence, why].map(safeLine));
        for (const line of table(columns, more, screen.columns)) screen.line(line);
        return Promise.resolve();
      }),
    );

const verifyVerb = () =>
  new Command('verify')
    .description('read every model file and compare its SHA-256')
    .option('--json', 'print JSON', false)
    .action(({ json }) =>
      run(async ({ screen, places, signal }) => {
        const catalog = readCatalog(places);
        using progress = new Progress(screen, { quiet: true });
        let done = 0;
        const total = catalog.models.length + catalog.adapters.length;
        const onFile = (id: string): void =>
          progress.update({ what: `Reading ${id}`, done: done++, total, unit: 'files' });
        const checks = await verifyFiles(catalog, { onFile, signal });
        progress.clear();
        if (json) screen.line(JSON.stringify({ files: checks }));
        else {
          for (const { id, status, reason } of checks) {
            const word = status === 'ok' ? screen.style('green', 'ok     ') : screen.style('red', status.padEnd(7));
            screen.line(`${word} ${safeLine(id)}${reason === '' ? '' : `: ${safeLine(reason)}`}`);
          }
        }
        if (checks.every(({ status }) => status === 'ok')) return;
        screen.note('Get the files that are not ok again, or add them again with `moderato models add FILE`.');
        throw new Failed();
      }),
    );

const getVerb = () =>
  new Command('get')
    .description('fetch a base model of the catalog; the one verb that goes to a network')
    .argument('<id>', 'its id, as `models list` prints it')
    .option('--yes', 'connect without asking', false)
    .option('--json', 'print JSON', false)
    .action((id, options) => run((setting) => get(setting, id, options)));

async function get(
  { screen, places, signal }: Setting,
  id: string,
  { yes, json }: { readonly yes: boolean; readonly json: boolean },
): Promise<void> {
  const { offers, models } = readCatalog(places);
  const offer = offers.find((one) => one.id === id);
  if (offer === undefined) {
    const here = models.some((model) => model.id === id);
    throw new WrongUsage(
      here ? `${id} is on this computer already.` : `There is no model called ${id} to fetch.`,
      offers.length === 0
        ? 'All that the catalog knows are here.'
        : `There are ${offers.map((one) => one.id).join(', ')}.`,
    );
  }
  using progress = new Progress(screen, { quiet: json });
  for await (const step of getModel(places, offer, signal)) {
    if (step.kind === 'hosts') {
      const hosts = step.hosts.map(safeLine).join(', ');
      screen.note(`${safeLine(offer.title)}, ${bytes(step.bytes)}, ${safeLine(offer.licence)}. Connects to: ${hosts}.`);
      if (!yes) await askToConnect();
    } else if (step.kind === 'progress')
      progress.update({ what: `Fetching ${id}`, done: step.done, total: step.total, unit: 'bytes' });
    else if (step.kind === 'checking') progress.update({ what: 'Checking', done: 0, total: 0, unit: '' });
    else {
      progress.clear();
      if (json) screen.line(JSON.stringify(step.model));
      else screen.line(`Here: ${safeLine(step.model.id)}. Use it with --model ${safeLine(step.model.id)}.`);
    }
  }
}

/** Nothing goes to a network before somebody said so. @throws WrongUsage */
async function askToConnect(): Promise<void> {
  if (!process.stdin.isTTY)
    throw new WrongUsage('Nobody can be asked here whether to connect.', 'Add --yes, or run it in a terminal.');
  const answer = await answerTo('Connect? (y/n) ');
  if (!/^y(es)?$/i.test(answer.trim())) throw new Interrupted('Nothing was connected to.');
}

const addVerb = () =>
  new Command('add')
    .description('copy a base model (GGUF) into the folder of models, after checking it whole')
    .argument('<file>', 'the GGUF file')
    .option('--json', 'print JSON', false)
    .action((file, { json }) => run((setting) => add(setting, file, json)));

async function add({ screen, places, signal }: Setting, file: string, json: boolean): Promise<void> {
  const { model, known } = await addModel(places, file, { signal });
  if (json) screen.line(JSON.stringify({ ...model, known }));
  else {
    const { id, architecture, layers, width, size, path } = model;
    screen.line(
      `${known ? 'Already here' : 'Added'}: ${safeLine(id)} (${architecture}, ${counted(layers, 'layer')}, width ${width}, ${bytes(size)}).`,
    );
    screen.paragraph(`It lies at ${safeLine(path)}. Use it with --model ${safeLine(id)}.`, 'dim');
  }
}

const exportVerb = () =>
  new Command('export')
    .description('write an adapter for other programs')
    .argument('<adapter>', 'the adapter: NAME.gguf')
    .requiredOption('--plain-lora', 'as a LoRA that llama.cpp loads: without head, gate and calibration')
    .requiredOption('--out <file>', 'the new file')
    .option('--json', 'print JSON', false)
    .action((adapter, { out, json }) =>
      run(async ({ screen }) => {
        const size = await exportPlainLora(adapter, out);
        if (json) return screen.line(JSON.stringify({ path: out, bytes: size }));
        screen.line(`${safeLine(out)}: ${bytes(size)}.`);
        screen.paragraph(
          'Its head stayed behind: what it does to the states can be seen elsewhere, its labels cannot.',
          'dim',
        );
      }),
    );
