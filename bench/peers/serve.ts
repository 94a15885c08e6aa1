import { createInterface } from 'node:readline';
import { Request, type Answer, type Load } from './protocol.ts';

/** Answers each JSON line on stdin with one on stdout until stdin ends; the Node side of line-process.ts. */
export async function answerLines(answer: (request: unknown) => Promise<object>): Promise<void> {
  const said = async (line: string): Promise<object> => {
    try {
      return await answer(JSON.parse(line));
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    }
  };
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await said(line)) + '\n');
  }
}

export interface Program {
  readonly settings: string;
  readonly layout?: string;
  /** Texts to pooled states, all work included that such a program has to do for new texts. */
  run(count: number): Promise<{ readonly states: readonly Float32Array[]; readonly tokens: readonly number[] }>;
}

/** Answers load, run and states of protocol.ts. */
export async function serve(load: (request: Load) => Promise<Program>): Promise<void> {
  let program: Program | undefined;
  await answerLines(async (line): Promise<Answer> => {
    const request = Request.parse(line);
    if (request.op === 'load') {
      program = await load(request);
      const { settings, layout } = program;
      return { settings, ...(layout !== undefined && { layout }) };
    }
    if (!program) throw new Error('run was asked for before load');
    const start = performance.now();
    const { states, tokens } = await program.run(request.count);
    const seconds = (performance.now() - start) / 1000;
    return {
      seconds,
      tokens: [...tokens],
      ...(request.op === 'states' && { states: states.map((state) => [...state]) }),
    };
  });
}
