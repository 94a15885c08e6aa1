/** node-llama-cpp's embedding loop, one text after the other: what a Node program would write first. */
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';
import { z } from 'zod';
import { serve } from './serve.ts';

/** No text of the bench is longer; a larger context only costs memory. */
const CONTEXT = 512;

const Own = z.object({ flash: z.enum(['default', 'off']) });

await serve(async ({ model: modelPath, texts, threads, ...rest }) => {
  const { flash } = Own.parse(rest);
  const llama = await getLlama({ gpu: false, build: 'never', maxThreads: threads, logLevel: LlamaLogLevel.error });
  const model = await llama.loadModel({
    modelPath,
    gpuLayers: 0,
    ...(flash === 'off' && { defaultContextFlashAttention: false }),
  });
  const context = await model.createEmbeddingContext({ threads, contextSize: CONTEXT, batchSize: CONTEXT });
  const version = llama.llamaCppRelease.release;
  return {
    settings: `node-llama-cpp 3.21.1 embedding loop (llama.cpp ${version}), ${flash === 'off' ? 'flash attention off, ' : ''}${threads} threads`,
    async run(count) {
      const states: Float32Array[] = [];
      for (const text of texts.slice(0, count)) {
        const { vector } = await context.getEmbeddingFor(text);
        states.push(Float32Array.from(vector));
      }
      return { states, tokens: [] };
    },
  };
});
