/** What ggml would end the process over, or compute wrong in silence, is refused before native code sees it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Backend } from '../../../engine/ggml/backend.ts';
import type { GgmlType } from '../../../engine/ggml/gguf/types.ts';
import { Graph } from '../../../engine/ggml/graph.ts';
import type { RopeOptions } from '../../../engine/ggml/operations.ts';
import { ShapeError, type Tensor } from '../../../engine/ggml/tensor.ts';
import { Weights } from '../../../engine/ggml/weights.ts';

describe('wrong operands', () => {
  let backend: Backend;
  let graph: Graph;
  before(() => {
    backend = Backend.open('cpu');
    graph = new Graph(backend, 1000);
  });
  after(async () => {
    await graph[Symbol.asyncDispose]();
    await backend[Symbol.asyncDispose]();
  });

  const f32 = (...ne: number[]): Tensor => graph.input('f32', ...ne);
  const of = (type: GgmlType, ...ne: number[]): Tensor => graph.input(type, ...ne);
  /** rows dense, not contiguous */
  const strided = (ne0: number, ne1: number): Tensor => graph.view(f32(ne0 + 1, ne1), [ne0, ne1], 0);
  /** rows not dense */
  const turned = (ne0: number, ne1: number): Tensor => graph.permute(f32(ne1, ne0), [1, 0, 2, 3]);
  const rope = (dims: number, more: Partial<RopeOptions> = {}): RopeOptions => ({
    dims,
    mode: 'pairs',
    base: 1e4,
    scale: 1,
    ...more,
  });

  const refused: readonly (readonly [string, () => unknown])[] = [
    ['mulMat: rows of other lengths', () => graph.mulMat(f32(8, 4), f32(9, 4))],
    ['mulMat: upper dimensions that do not repeat', () => graph.mulMat(f32(8, 4, 2), f32(8, 4, 3))],
    ['mulMat: the fourth does not repeat', () => graph.mulMat(f32(8, 4, 1, 2), f32(8, 4, 1, 3))],
    ['mulMat: a transposed left', () => graph.mulMat(turned(8, 4), f32(8, 4))],
    ['mulMat: a transposed right', () => graph.mulMat(f32(8, 4), turned(8, 4))],
    ['mulMat: whole numbers on the left', () => graph.mulMat(of('i32', 8, 4), f32(8, 4))],
    ['mulMat: whole numbers on the right', () => graph.mulMat(f32(8, 4), of('i32', 8, 4))],
    ['mulMat: quantised values on the right', () => graph.mulMat(f32(32, 4), of('q8_0', 32, 4))],
    ['mulMat: halves on the right of F32', () => graph.mulMat(f32(8, 4), of('f16', 8, 4))],
    ['mulMat: a type that only activations have', () => graph.mulMat(of('q8_1', 32, 4), f32(32, 4))],
    ['add: a right that is larger', () => graph.add(f32(8), f32(8, 2))],
    ['add: a right that does not repeat', () => graph.add(f32(8, 4), f32(3, 4))],
    ['add: halves', () => graph.add(of('f16', 8), of('f16', 8))],
    ['add: quantised values', () => graph.add(of('q8_0', 32), f32(32))],
    ['add: rows that are not dense', () => graph.add(turned(8, 4), f32(8, 4))],
    ['mul: a right that does not repeat', () => graph.mul(f32(8, 4), f32(8, 3))],
    ['mul: rows that are not dense', () => graph.mul(f32(8, 4), turned(8, 4))],
    ...(['sub', 'div'] as const).flatMap(
      (name) =>
        [
          [`${name}: a right that is larger`, () => graph[name](f32(8), f32(8, 2))],
          [`${name}: a right that does not repeat`, () => graph[name](f32(8, 4), f32(8, 3))],
          [`${name}: halves`, () => graph[name](f32(8), of('f16', 8))],
          [`${name}: quantised values`, () => graph[name](of('q8_0', 32), f32(32))],
          [`${name}: rows that are not dense`, () => graph[name](f32(8, 4), turned(8, 4))],
        ] as const,
    ),
    ...(['sqr', 'sqrt', 'exp', 'tanh', 'sigmoid', 'relu', 'step', 'silu', 'sumRows', 'mean'] as const).flatMap(
      (name) =>
        [
          [`${name}: strided`, () => graph[name](strided(8, 4))],
          [`${name}: rows that are not dense`, () => graph[name](turned(8, 4))],
          [`${name}: halves`, () => graph[name](of('f16', 8))],
          [`${name}: whole numbers`, () => graph[name](of('i32', 8))],
          [`${name}: quantised values`, () => graph[name](of('q8_0', 32))],
        ] as const,
    ),
    ['scale: strided', () => graph.scale(strided(8, 4), 2)],
    ['scale: halves', () => graph.scale(of('f16', 8), 2)],
    ['scaleBias: strided', () => graph.scaleBias(strided(8, 4), 2, 1)],
    ['scaleBias: halves', () => graph.scaleBias(of('f16', 8), 2, 1)],
    ...(
      [
        ['siluBack', (dy, x) => graph.siluBack(dy, x)],
        ['rmsNormBack', (dy, x) => graph.rmsNormBack(dy, x, 1e-5)],
        ['softMaxBack', (dy, x) => graph.softMaxBack(dy, x, 1)],
      ] as const satisfies readonly (readonly [string, (dy: Tensor, x: Tensor) => Tensor])[]
    ).flatMap(
      ([name, back]) =>
        [
          [`${name}: a gradient of another shape`, () => back(f32(8, 3), f32(8, 4))],
          [`${name}: a gradient to be repeated`, () => back(f32(8), f32(8, 4))],
          [`${name}: the same numbers in another shape`, () => back(f32(4, 8), f32(8, 4))],
          [`${name}: other texts`, () => back(f32(8, 4, 1, 2), f32(8, 4, 2, 1))],
          [`${name}: a strided gradient`, () => back(strided(8, 4), f32(8, 4))],
          [`${name}: strided`, () => back(f32(8, 4), strided(8, 4))],
          [`${name}: rows that are not dense`, () => back(f32(8, 4), turned(8, 4))],
          [`${name}: a gradient of halves`, () => back(of('f16', 8), f32(8))],
          [`${name}: halves`, () => back(of('f16', 8), of('f16', 8))],
          [`${name}: whole numbers`, () => back(f32(8), of('i32', 8))],
        ] as const,
    ),
    ['rmsNormBack: a negative epsilon', () => graph.rmsNormBack(f32(8), f32(8), -1e-5)],
    ['rmsNormBack: an epsilon that is no number', () => graph.rmsNormBack(f32(8), f32(8), NaN)],
    ['outProd: other tokens', () => graph.outProd(f32(8, 4), f32(8, 5))],
    ['outProd: heads in no whole groups', () => graph.outProd(f32(8, 4, 2), f32(8, 4, 3))],
    ['outProd: other texts', () => graph.outProd(f32(8, 4, 1, 2), f32(8, 4, 1, 3))],
    ['outProd: fewer heads on the right', () => graph.outProd(f32(8, 4, 2), f32(8, 4))],
    [
      'outProd: a right with nothing side by side',
      () => graph.outProd(f32(8, 4), graph.permute(f32(3, 4, 8), [2, 1, 0, 3])),
    ],
    ['outProd: a turned left', () => graph.outProd(turned(8, 4), f32(8, 4))],
    ['outProd: halves', () => graph.outProd(of('f16', 8, 4), f32(8, 4))],
    ['outProd: quantised values', () => graph.outProd(of('q8_0', 32, 4), f32(8, 4))],
    ['concat: other rows', () => graph.concat(f32(8, 4), f32(8, 5))],
    ['concat: other texts', () => graph.concat(f32(8, 4, 1, 2), f32(8, 4, 1, 3))],
    ['concat: two types', () => graph.concat(f32(8), of('f16', 8))],
    ['concat: halves', () => graph.concat(of('f16', 8), of('f16', 8))],
    ['concat: rows that are not dense', () => graph.concat(f32(8, 4), turned(8, 4))],
    ['rmsNorm: halves', () => graph.rmsNorm(of('f16', 8), 1e-5)],
    ['rmsNorm: rows that are not dense', () => graph.rmsNorm(turned(8, 4), 1e-5)],
    ['rmsNorm: a negative epsilon', () => graph.rmsNorm(f32(8), -1e-5)],
    ['norm: an epsilon that is no number', () => graph.norm(f32(8), NaN)],
    ['norm: rows that are not dense', () => graph.norm(turned(8, 4), 1e-5)],
    ['gelu: strided', () => graph.gelu(strided(8, 4))],
    ['gelu: whole numbers', () => graph.gelu(of('i32', 8))],
    ['softMax: strided', () => graph.softMax(strided(8, 4), null, 1)],
    ['softMax: a mask of fewer keys', () => graph.softMax(f32(8, 4), f32(7, 4), 1)],
    ['softMax: a mask of fewer queries', () => graph.softMax(f32(8, 4), f32(8, 3), 1)],
    ['softMax: a mask for other heads', () => graph.softMax(f32(8, 4, 3), f32(8, 4, 2), 1)],
    ['softMax: a mask for other texts', () => graph.softMax(f32(8, 4, 1, 3), f32(8, 4, 1, 2), 1)],
    ['softMax: a strided mask', () => graph.softMax(f32(8, 4), strided(8, 4), 1)],
    ['softMax: a mask of whole numbers', () => graph.softMax(f32(8, 4), of('i32', 8, 4), 1)],
    ...(
      [
        ['keys of another width', [8, 3, 4], [16, 5, 2], [16, 5, 2], [5, 3]],
        ['values of another length', [8, 3, 4], [8, 5, 2], [8, 6, 2], [5, 3]],
        ['heads that are no whole groups', [8, 3, 4], [8, 5, 3], [8, 5, 3], [5, 3]],
        ['other texts', [8, 3, 4, 2], [8, 5, 2, 1], [8, 5, 2, 1], [5, 3]],
        ['a mask of fewer keys', [8, 3, 4], [8, 5, 2], [8, 5, 2], [4, 3]],
        ['a mask of fewer queries', [8, 3, 4], [8, 5, 2], [8, 5, 2], [5, 2]],
        ['a mask per head', [8, 3, 4], [8, 5, 2], [8, 5, 2], [5, 3, 4]],
        ['a mask for other texts', [8, 3, 4, 3], [8, 5, 2, 3], [8, 5, 2, 3], [5, 3, 1, 2]],
      ] as const
    ).map(
      ([what, q, k, v, mask]) =>
        [
          `flashAttention: ${what}`,
          () => graph.flashAttention(f32(...q), f32(...k), f32(...v), of('f16', ...mask), 1),
        ] as const,
    ),
    ['flashAttention: a mask of F32', () => graph.flashAttention(f32(8, 3), f32(8, 5), f32(8, 5), f32(5, 3), 1)],
    [
      'flashAttention: keys and values of two types',
      () => graph.flashAttention(f32(8, 3), of('f16', 8, 5), f32(8, 5), of('f16', 5, 3), 1),
    ],
    [
      'flashAttention: rows that are not dense',
      () => graph.flashAttention(turned(8, 3), f32(8, 5), f32(8, 5), of('f16', 5, 3), 1),
    ],
    [
      'flashAttention: whole numbers',
      () => graph.flashAttention(of('i32', 8, 3), f32(8, 5), f32(8, 5), of('f16', 5, 3), 1),
    ],
    ...(['rope', 'ropeBack'] as const).flatMap(
      (name) =>
        [
          [`${name}: positions for fewer tokens`, () => graph[name](f32(8, 2, 5), of('i32', 4), rope(8))],
          [`${name}: positions that are no vector`, () => graph[name](f32(8, 2, 5), of('i32', 5, 2), rope(8))],
          [`${name}: positions of F32`, () => graph[name](f32(8, 2, 5), f32(5), rope(8))],
          [`${name}: an odd number of dimensions`, () => graph[name](f32(8, 2, 5), of('i32', 5), rope(7))],
          [`${name}: more dimensions than there are`, () => graph[name](f32(8, 2, 5), of('i32', 5), rope(10))],
          [`${name}: no dimensions`, () => graph[name](f32(8, 2, 5), of('i32', 5), rope(0))],
          [`${name}: halves`, () => graph[name](of('f16', 8, 2, 5), of('i32', 5), rope(8))],
          [`${name}: rows that are not dense`, () => graph[name](turned(8, 5), of('i32', 1), rope(8))],
          [`${name}: too few factors`, () => graph[name](f32(8, 2, 5), of('i32', 5), rope(8, { factors: f32(3) }))],
          [
            `${name}: factors of F16`,
            () => graph[name](f32(8, 2, 5), of('i32', 5), rope(8, { factors: of('f16', 4) })),
          ],
        ] as const,
    ),
    ['getRows: ids of F32', () => graph.getRows(f32(8, 5), f32(3))],
    ['getRows: ids in two dimensions', () => graph.getRows(f32(8, 5), of('i32', 3, 2))],
    ['getRows: ids in four dimensions', () => graph.getRows(f32(8, 5), of('i32', 3, 1, 1, 2))],
    ['getRows: a table in three dimensions', () => graph.getRows(f32(8, 5, 2), of('i32', 3))],
    ['getRows: a table in four dimensions', () => graph.getRows(f32(8, 5, 1, 2), of('i32', 3))],
    ['getRows: a table of whole numbers', () => graph.getRows(of('i32', 8, 5), of('i32', 3))],
    ['getRows: a table of a type without a conversion', () => graph.getRows(of('q8_K', 256, 5), of('i32', 3))],
    ['getRows: a transposed table', () => graph.getRows(turned(8, 5), of('i32', 3))],
    ['reshape: another number of elements', () => graph.reshape(f32(8, 5), 8, 6)],
    ['reshape: strided', () => graph.reshape(strided(8, 5), 40)],
    ['reshape: blocks cut apart', () => graph.reshape(of('q8_0', 64), 16, 4)],
    ['reshape: a broken size', () => graph.reshape(f32(8), 3.2, 2.5)],
    ['reshape: five dimensions', () => graph.reshape(f32(8), 2, 2, 2, 1, 1)],
    ['permute: an axis twice', () => graph.permute(f32(8, 5), [0, 0, 2, 3])],
    ['permute: an axis that is not there', () => graph.permute(f32(8, 5), [0, 1, 2, 4])],
    ['permute: blocks moved apart', () => graph.permute(of('q8_0', 32, 5), [1, 0, 2, 3])],
    ['transposed: blocks', () => graph.transposed(of('q8_0', 32, 32))],
    ['view: past the end', () => graph.view(f32(64, 5), [64, 5], 256)],
    ['view: wider than the rows, so that they overlap', () => graph.view(f32(8, 5), [12, 2], 0)],
    ['view: before the start', () => graph.view(f32(64, 5), [64, 4], -256)],
    ['view: from a broken place', () => graph.view(f32(64, 5), [64, 4], NaN)],
    ['view: in the middle of a number', () => graph.view(f32(8, 5), [4, 4], 2)],
    ['view: where not every GPU can start to read', () => graph.view(f32(64, 5), [32, 4], 32)],
    ['view: of blocks', () => graph.view(of('q8_0', 64, 2), [32, 2], 0)],
    ['view: rows that are not dense', () => graph.view(turned(8, 5), [4, 5], 0)],
    ['cast: whole numbers to halves', () => graph.cast(of('i32', 8), 'f16')],
    ['cast: F32 to bytes', () => graph.cast(f32(8), 'i8')],
    ['cast: a row that is no whole block', () => graph.cast(f32(40), 'q8_0')],
    ['cast: blocks to other blocks', () => graph.cast(of('q8_0', 32), 'q4_0')],
    ['cast: blocks to halves', () => graph.cast(of('q8_0', 32), 'f16')],
    ['cast: strided numbers to blocks', () => graph.cast(turned(32, 2), 'q8_0')],
    ['input: a row that is no whole block', () => of('q8_0', 40)],
    ['input: no elements', () => f32(0)],
    ['input: more bytes than can be counted', () => f32(2 ** 40, 2 ** 40)],
    ['input: five dimensions', () => f32(1, 1, 1, 1, 1)],
    ['expand: a tensor of another graph', () => new Graph(backend, 4).expand(f32(8))],
    ['upload: too few bytes', () => f32(8).upload(new Float32Array(7))],
    ['uploadPart: past the end', () => f32(8).uploadPart(new Float32Array(4), 20)],
    ['uploadPart: a broken place', () => f32(8).uploadPart(new Float32Array(4), NaN)],
    ['upload: a strided view', () => strided(8, 5).upload(new Float32Array(40))],
    ['download: halves', () => of('f16', 8).download()],
    ['download: a strided view', () => strided(8, 5).download()],
    [
      'weights: a row that is no whole block',
      () => new Weights(backend, new Map([['w', { type: 'q4_K', ne: [64, 2] } as const]])),
    ],
  ];
  for (const [what, build] of refused)
    it(
      what,
      () =>
        void assert.throws(build, (error) => {
          assert.ok(error instanceof ShapeError, String(error));
          assert.notEqual(error.message, '');
          return true;
        }),
    );

  it('random graphs of random operands are refused or computed, and the process lives', () => {
    const entry = join(import.meta.dirname, 'random-graphs-main.ts');
    const folder = mkdtempSync(join(tmpdir(), 'moderato-operands-'));
    try {
      // A file: a pipe might be full when the process dies, and its last words lost.
      const log = openSync(join(folder, 'log'), 'w');
      const { status, signal, stdout } = spawnSync(process.execPath, [entry, '1', '2500'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', log],
      });
      closeSync(log);
      const last = readFileSync(join(folder, 'log'), 'utf8').trim().split('\n').slice(-12).join('\n');
      assert.deepEqual([status, signal], [0, null], `last operations:\n${last}`);
      const { built, computed } = JSON.parse(stdout) as { built: number; computed: number };
      // Otherwise nothing was tried.
      assert.ok(built > 2500, `${built} operations were built`);
      assert.ok(computed > 1000, `${computed} graphs were computed`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
