/** What the desk says when it refuses, read out of its sources: every code with its sentences and remedies. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export interface Said {
  readonly kind: string;
  /** `There is no message number {}, or it was erased.` */
  readonly sentence: string;
  readonly file: string;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** By class: which arguments hold the sentences, and which the code; the others have one code. */
const ERRORS: Readonly<Record<string, { readonly kind: number | string; readonly sentences: readonly number[] }>> = {
  DeskError: { kind: 0, sentences: [1, 2] },
  WorkspaceError: { kind: 0, sentences: [2, 3] },
  ModelFileError: { kind: 'model-file', sentences: [1, 2] },
  SecretError: { kind: 'wrong-secret', sentences: [0] },
  // In desk/store/errors.ts, of what SQLite says.
  make: { kind: 0, sentences: [1, 2] },
};

/** Sentences that are written out where the error is made, with {} for each value. */
export function deskSentences(): readonly Said[] {
  const found: Said[] = [];
  for (const file of globSync('desk/**/*.ts', { cwd: ROOT })) {
    const source = ts.createSourceFile(file, readFileSync(`${ROOT}${file}`, 'utf8'), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && ts.isIdentifier(node.expression)) {
        const shape = ERRORS[node.expression.text];
        const args = node.arguments ?? [];
        if (shape !== undefined) {
          const kinds =
            typeof shape.kind === 'string' ? [shape.kind] : args[shape.kind] ? written(args[shape.kind]!) : [];
          for (const kind of kinds)
            for (const at of shape.sentences)
              for (const sentence of args[at] ? written(args[at]) : []) found.push({ kind, sentence, file });
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found.filter(({ sentence }) => /[a-z]/.test(sentence));
}

/** All that an expression can be, as far as it is written out: both sides of a choice, a value as {}. */
function written(node: ts.Expression): readonly string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node)) return written(node.expression);
  if (ts.isConditionalExpression(node)) return [...written(node.whenTrue), ...written(node.whenFalse)];
  if (ts.isTemplateExpression(node))
    return [node.head.text + node.templateSpans.map(({ literal }) => `{}${literal.text}`).join('')];
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken)
    return written(node.left).flatMap((left) => written(node.right).map((right) => left + right));
  return [];
}

/** Where the desk says things that are no refusals and that the window shows. */
const REMARKING = 'desk/{importers,doctor,models}/*.ts';
/** What such things are called there. */
const REMARKS: ReadonlySet<string> = new Set(['ask', 'notes', 'hints', 'reason', 'problems']);

/** Questions, notes, hints and reasons that are written out where they are made, with {} for each value. */
export function deskRemarks(): readonly Omit<Said, 'kind'>[] {
  const found: Omit<Said, 'kind'>[] = [];
  for (const file of [...globSync(REMARKING, { cwd: ROOT }), 'engine/ggml/trial.ts', 'desk/store/workspace.ts']) {
    const source = ts.createSourceFile(file, readFileSync(`${ROOT}${file}`, 'utf8'), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      const said = remarkIn(node);
      if (said !== undefined)
        for (const sentence of writtenWithin(said))
          found.push({ sentence: isRejection(node) ? capital(sentence) : sentence, file });
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found.filter(({ sentence }) => /[a-z] [a-z{]/.test(sentence));
}

/** `rejected(…, …, …)`, which gives its reason a capital (desk/importers/json-rows.ts) */
const isRejection = (node: ts.Node): boolean =>
  ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'rejected';
const capital = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1);

/** `reason: …`, `ask = …`, `ask ??= …`, `let ask = …`, `hints.push(…)`, `problems() { … }`, `tally.warn(…)`, `rejected(…, …, …)` */
function remarkIn(node: ts.Node): ts.Node | undefined {
  const named = (name: ts.Node): boolean => ts.isIdentifier(name) && REMARKS.has(name.text);
  if (ts.isPropertyAssignment(node) && named(node.name)) return node.initializer;
  if (ts.isVariableDeclaration(node) && named(node.name)) return node.initializer;
  if (ts.isMethodDeclaration(node) && named(node.name)) return node.body;
  if (ts.isBinaryExpression(node) && named(node.left)) return node.right;
  if (!ts.isCallExpression(node)) return undefined;
  const { expression: called } = node;
  if (isRejection(node)) return node.arguments[2];
  if (!ts.isPropertyAccessExpression(called)) return undefined;
  if (called.name.text === 'warn') return node.arguments[0];
  return called.name.text === 'push' && named(called.expression) ? node.arguments[0] : undefined;
}

function writtenWithin(node: ts.Node): readonly string[] {
  if (ts.isExpression(node)) {
    const all = written(node);
    if (all.length > 0) return all;
  }
  const found: string[] = [];
  ts.forEachChild(node, (child) => void found.push(...writtenWithin(child)));
  return found;
}
