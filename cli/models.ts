import { Command } from '@commander-js/extra-typings';
import { addModel } from '../desk/models/add.ts';
import { exportPlainLora } from '../desk/models/export.ts';
import { readCatalog } from '../desk/models/catalog.ts';
import { verifyFiles } from '../desk/models/verify.ts';
import { run, type Setting } from './run.ts';
import { bytes, counted } from './terminal/figures.ts';
import { Failed } from './terminal/problem.ts';
import { Progress } from './terminal/progress.ts';
import { safeLine } from './terminal/safe-text.ts';
import { table } from './terminal/table.ts';

export const modelsVerb = () =>
  new Command('models')
    .summary('the models on this computer')
    .description('Lists, checks, takes in and exports models. Fetching them comes with a later release.')
    .addCommand(listVerb())
    .addCommand(verifyVerb())
    .addCommand(addVerb())
    .addCommand(exportVerb());

const listVerb = () =>
  new Command('list')
    .description('what there is, with licence and size')
    .option('--json', 'print JSON', false)
    .action(({ json }) =>
      run(({ screen, places }) => {
        const { models, adapters, defaultAdapter } = readCatalog(places);
        if (json) {
          screen.line(JSON.stringify({ models, adapters, default_adapter: defaultAdapter?.id ?? null }));
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

const addVerb = () =>
  new Command('add')
    .description('copy a base model (GGUF) into the folder of models, after checking it whole')
    .argument('<file>', 'the GGUF file')
    .option('--json', 'print JSON', false)
    .action((file, { json }) => run((setting) => add(setting, file, json)));

async function add({ screen, places, signal }: Setting, file: string, json: boolean): Promise<void> {
  const { model, known } = await addModel(places, file, signal);
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
