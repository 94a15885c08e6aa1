/** What the desk's thread and the writing thread say to each other. Both are this program: types guard this border. */
import type { MessagePort } from 'node:worker_threads';
import type { DeskProblem } from '../errors.ts';
import type { ConnectionOptions } from '../store/connection.ts';
import type { WorkspaceProblem } from '../store/errors.ts';
import type { Batch, Loaded } from '../store/loader/batch.ts';
import type { WriteName } from './writes.ts';

export interface ThreadData {
  readonly path: string;
  readonly connection: ConnectionOptions;
  /** what somebody waits for comes this way, and goes before all else */
  readonly urgent: MessagePort;
  /** who goes first (desk/precedence.ts) */
  readonly precedence: SharedArrayBuffer;
}

export interface WriteRequest {
  readonly kind: 'write';
  readonly id: number;
  readonly name: WriteName;
  readonly input: unknown;
}

export type Request =
  | WriteRequest
  | { readonly kind: 'load'; readonly stream: number; readonly batch: Batch }
  /** no more batches of this stream */
  | { readonly kind: 'loaded-all'; readonly stream: number }
  /** another thread asks over this port */
  | { readonly kind: 'client'; readonly port: MessagePort }
  | { readonly kind: 'close' };

export type Reply =
  | { readonly kind: 'done'; readonly id: number; readonly output: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: Failure }
  | { readonly kind: 'loaded'; readonly stream: number; readonly outcome: Loaded }
  | { readonly kind: 'load-failed'; readonly stream: number; readonly error: Failure };

/** An error loses its class on the way between threads. */
export type Failure =
  | { readonly of: 'workspace'; readonly problem: WorkspaceProblem; readonly message: string; readonly remedy: string }
  | { readonly of: 'desk'; readonly problem: DeskProblem; readonly message: string; readonly remedy: string }
  | { readonly of: 'program'; readonly message: string };
