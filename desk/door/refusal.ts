/** What goes wrong behind the door, as its callers get it. */
import { ORPCError } from '@orpc/server';
import { GgufError } from '../../engine/ggml/gguf/errors.ts';
import { EngineCallError, EngineFailed } from '../engine/errors.ts';
import { DeskError } from '../errors.ts';
import { ModelFileError } from '../models/errors.ts';
import { WorkspaceError } from '../store/errors.ts';
import { SecretError } from '../store/secret.ts';
import type { Problem } from '../contract/problem.ts';

/** The error for callers; anything that nobody foresaw stays what it is, and is told as a fault of the program. */
export function refusalOf(thrown: unknown): unknown {
  const error = thrown instanceof GgufError ? asModelFile(thrown) : thrown;
  const problem = problemOf(error);
  if (problem === null || !(error instanceof Error)) return error;
  return new ORPCError('REFUSED', { status: 422, message: error.message, data: problem, cause: error });
}

/** What is wrong inside of a model file, as a sentence, and apart from it what to do. */
const asModelFile = ({ file, what, place }: GgufError): ModelFileError =>
  new ModelFileError(
    file,
    `${file} cannot be used as a model: ${what} (${place}).`,
    'Choose a .gguf file that is whole, as llama.cpp uses them.',
  );

function problemOf(error: unknown): Problem | null {
  if (error instanceof DeskError) return { kind: error.kind, remedy: error.remedy };
  if (error instanceof WorkspaceError) return { kind: error.kind, remedy: error.remedy, place: error.file };
  if (error instanceof SecretError)
    return { kind: 'wrong-secret', remedy: 'Type it as it was printed; lines and spaces do not matter.' };
  if (error instanceof EngineCallError)
    return { kind: error.code, remedy: error.remedy, ...(error.place !== undefined && { place: error.place }) };
  if (error instanceof EngineFailed) return { kind: 'engine-failed', remedy: error.remedy };
  if (error instanceof ModelFileError) return { kind: 'model-file', remedy: error.remedy };
  return null;
}
