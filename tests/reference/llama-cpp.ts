/**
 * What stock llama.cpp says about a GGUF, through node-llama-cpp: the yardstick of the engine's parity tests.
 *
 * How llama.cpp (v0.4.0) and node-llama-cpp (3.21.1) behave; checked in llama-cpp.test.ts where a test can tell:
 * - Tokens. `tokenize` adds none. For embeddings node-llama-cpp puts BOS first where the tokenizer's `add_bos_token` says
 *   so (BERT's WordPiece: always, [CLS]) and EOS last where `add_eos_token` says so (WordPiece: always, [SEP]).
 *   SmolLM2 has `add_bos_token` false, so nothing is added. Special tokens inside a text are plain text.
 * - The state is the one behind the output norm (BERT has none). It is not normalised to length 1.
 * - Pooling comes from `{architecture}.pooling_type`: 1 mean over all tokens of the text, added ones included; 2 ("cls")
 *   the state of the first token; 3 ("last") that of the last one. Without the key the state of the last token is given.
 * - Attention is causal unless `{architecture}.attention.causal` is false (BERT): pooling does not change that, so "cls" of
 *   a causal model sees one token only and is the same for all texts that begin alike.
 * - gemma3: a windowed layer sees its own and the `sliding_window` − 1 tokens before; every sixth layer sees all.
 * - One text is one batch and one sequence here: node-llama-cpp's embedding context does not batch texts, and pooling is
 *   taken per batch, so the batch must be as large as the longest text (`contextTokens`).
 * - By default keys and values are kept in F16 and flash attention is used where it can be. `exact` turns both off
 *   (F32 cache, plain attention); BERT has no cache.
 * - Threads: ggml's threads wait for each other by spinning. The default of 4 collapses on 2 cores, and 2 do where another
 *   program is busy; tiny models need no more than the one thread that is taken here.
 */
import { getLlama, type Llama, type LlamaEmbeddingContext, type LlamaModel, type Token } from 'node-llama-cpp';

/** llama.cpp on the CPU, quiet but for errors. Dispose of it last. */
export function openLlamaCpp(): Promise<Llama> {
  return getLlama({ gpu: false, build: 'never', maxThreads: 0, logLevel: 'error' as Llama['logLevel'] });
}

export interface ReferenceOptions {
  /** F32 cache and plain attention; the default */
  readonly exact?: boolean;
  /** 1 where absent: the right number for tiny models and for a busy machine */
  readonly threads?: number;
  /** longest text in tokens, added ones included, plus one */
  readonly contextTokens?: number;
  /** a LoRA adapter for the embeddings */
  readonly lora?: string;
}

export interface NextToken {
  readonly token: number;
  /** of all tokens, from the likeliest on */
  readonly probabilities: ReadonlyMap<number, number>;
}

/** One model in llama.cpp, until it is disposed of. */
export class Reference implements AsyncDisposable {
  readonly #model: LlamaModel;
  readonly #context: { readonly contextSize: number; readonly batchSize: number; readonly threads: number };
  readonly #lora: string | undefined;
  #embedding: LlamaEmbeddingContext | undefined;

  private constructor(model: LlamaModel, contextTokens: number, threads: number, lora: string | undefined) {
    this.#model = model;
    this.#lora = lora;
    this.#context = { contextSize: contextTokens, batchSize: contextTokens, threads };
  }

  static async open(
    llama: Llama,
    path: string,
    { exact = true, contextTokens = 512, threads = 1, lora }: ReferenceOptions = {},
  ): Promise<Reference> {
    const model = await llama.loadModel({
      modelPath: path,
      gpuLayers: 0,
      ...(exact && {
        defaultContextFlashAttention: false,
        experimentalDefaultContextKvCacheKeyType: 'F32',
        experimentalDefaultContextKvCacheValueType: 'F32',
      }),
    });
    return new Reference(model, contextTokens, threads, lora);
  }

  /** Values per token, the length of an embedding. */
  get width(): number {
    return this.#model.embeddingVectorSize;
  }

  /** Ids of the text's tokens as they are run for an embedding, added ones included. */
  tokens(text: string): number[] {
    const { tokens, vocabularyType } = this.#model;
    const ids: (Token | null)[] = this.#model.tokenize(text);
    const wordPiece = vocabularyType === 'wpm';
    if (wordPiece || tokens.shouldPrependBosToken) ids.unshift(tokens.bos);
    if (wordPiece) ids.push(tokens.sep);
    else if (tokens.shouldAppendEosToken) ids.push(tokens.eos);
    return ids.filter((id) => id !== null);
  }

  /** The pooled state of each text, by the pooling type of the file. */
  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    this.#embedding ??= await this.#embeddingContext();
    const states: Float32Array[] = [];
    for (const text of texts) {
      const { vector } = await this.#embedding.getEmbeddingFor(text);
      states.push(Float32Array.from(vector));
    }
    return states;
  }

  /** What each text's next token would be. The texts get no further tokens than `tokens` says. */
  async next(texts: readonly string[]): Promise<NextToken[]> {
    await using context = await this.#model.createContext(this.#context);
    using sequence = context.getSequence();
    const found: NextToken[] = [];
    for (const text of texts) {
      await sequence.clearHistory();
      const ids = this.tokens(text) as Token[];
      const last = ids.pop();
      if (last === undefined) throw new RangeError('a text without tokens has no next one');
      const outputs = await sequence.controlledEvaluate([
        ...ids,
        [
          last,
          {
            generateNext: { token: true, probabilities: true, options: { temperature: 1, topK: 0, topP: 1, minP: 0 } },
          },
        ],
      ]);
      const probabilities = outputs.at(-1)?.next.probabilities;
      const [best] = probabilities ?? [];
      if (probabilities === undefined || best === undefined) throw new Error('llama.cpp gave no probabilities');
      found.push({ token: best[0], probabilities });
    }
    return found;
  }

  /** node-llama-cpp takes adapters for its other contexts; that inside the embedding context has the same method. */
  async #embeddingContext(): Promise<LlamaEmbeddingContext> {
    const embedding = await this.#model.createEmbeddingContext(this.#context);
    if (this.#lora === undefined) return embedding;
    const inner = Reflect.get(embedding, '_llamaContext') as {
      _setLoras(adapters: readonly { filePath: string; scale: number }[]): Promise<void>;
    };
    await inner._setLoras([{ filePath: this.#lora, scale: 1 }]);
    return embedding;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#embedding?.dispose();
    await this.#model.dispose();
  }
}

/** Cosine of the angle between two states. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (const [i, x] of a.entries()) {
    const y = b[i] ?? 0;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}
