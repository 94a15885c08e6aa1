/** The command line: `moderato VERB`. This file lists the verbs; each has a file of its own. */
import { Command, CommanderError } from '@commander-js/extra-typings';
import { agreementVerb } from './agreement.ts';
import { auditVerb } from './audit.ts';
import { benchVerb } from './bench.ts';
import { doctorVerb } from './doctor.ts';
import { doubleReviewVerb } from './double-review.ts';
import { eraseVerb, holdVerb, revealVerb } from './erase.ts';
import { escalateVerb, reopenVerb } from './escalate.ts';
import { evalVerb } from './eval.ts';
import { evidenceVerb } from './evidence.ts';
import { explainVerb } from './explain.ts';
import { exportVerb } from './export.ts';
import { importVerb } from './import.ts';
import { insightsVerb } from './insights.ts';
import { labelVerb } from './label.ts';
import { labelsVerb } from './labels.ts';
import { mergeVerb } from './merge.ts';
import { modelsVerb } from './models.ts';
import { opineVerb } from './opine.ts';
import { policiesVerb } from './policies.ts';
import { protectVerb } from './protect.ts';
import { queueVerb } from './queue.ts';
import { reportVerb } from './report.ts';
import { EXIT } from './run.ts';
import { retrainVerb } from './retrain.ts';
import { revisionsVerb } from './revisions.ts';
import { scoreVerb } from './score.ts';
import { serveVerb } from './serve.ts';
import { trainVerb } from './train.ts';
import { triageVerb } from './triage.ts';
import { redoVerb, undoVerb } from './undo.ts';
import { version } from './version.ts';
import { workspaceVerb } from './workspace.ts';

const program = new Command('moderato')
  .description(
    'Ranks every message of an export with a small language model on this computer, so that the worst is read first. Nothing leaves the machine.',
  )
  .version(version)
  .addHelpText(
    'after',
    `
Start here:
  moderato triage samples/discord.json

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C.`,
  );

const verbs = [
  triageVerb(),
  importVerb(),
  queueVerb(),
  policiesVerb(),
  labelsVerb(),
  labelVerb(),
  undoVerb(),
  redoVerb(),
  escalateVerb(),
  reopenVerb(),
  auditVerb(),
  insightsVerb(),
  exportVerb(),
  mergeVerb(),
  doubleReviewVerb(),
  agreementVerb(),
  evidenceVerb(),
  reportVerb(),
  eraseVerb(),
  holdVerb(),
  revealVerb(),
  opineVerb(),
  retrainVerb(),
  revisionsVerb(),
  scoreVerb(),
  trainVerb(),
  evalVerb(),
  explainVerb(),
  modelsVerb(),
  workspaceVerb(),
  protectVerb(),
  serveVerb(),
  doctorVerb(),
  benchVerb(),
];
for (const verb of verbs) program.addCommand(verb);

/** Verbs take these over when they are made, but not when they are added ready-made. */
function throwInsteadOfExit(command: AnyCommand, words: string): void {
  command.exitOverride();
  command.showHelpAfterError(`\`${words} --help\` says what it takes.`);
  for (const inner of command.commands) throwInsteadOfExit(inner, `${words} ${inner.name()}`);
}
interface AnyCommand {
  name(): string;
  exitOverride(): unknown;
  showHelpAfterError(sentence: string): unknown;
  readonly commands: readonly AnyCommand[];
}
throwInsteadOfExit(program, 'moderato');

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Help and version were asked for; anything else that commander says is wrong usage.
  process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
}
