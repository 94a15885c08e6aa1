import { getLlama, LlamaLogLevel, LlamaVocabularyType, type Llama, type LlamaModel, type Token } from 'node-llama-cpp';

let llama: Promise<Llama> | undefined;

/** llama.cpp for this process, started at the first use. One thread: nothing is computed here. */
const library = (): Promise<Llama> =>
  (llama ??= getLlama({
    gpu: false,
    build: 'never',
    logLevel: LlamaLogLevel.error,
    maxThreads: 1,
    skipDownload: true,
    progressLogs: false,
  }));

/**
 * Texts to token ids with llama.cpp's own tokenizer (a load of the vocabulary alone, through node-llama-cpp).
 * Special tokens stand where llama.cpp's embedding puts them: BOS first, EOS last, CLS and SEP for BERT.
 * Text is never read as a special token: "<|im_end|>" in a message is letters.
 */
export class Tokenizer implements AsyncDisposable {
  readonly #model: LlamaModel;
  readonly #begin: Token | null;
  readonly #end: Token | null;

  private constructor(model: LlamaModel) {
    this.#model = model;
    const { tokens } = model;
    const unigram = model.vocabularyType === LlamaVocabularyType.ugm;
    const wordPiece = model.vocabularyType === LlamaVocabularyType.wpm;
    this.#begin = wordPiece || (!unigram && tokens.shouldPrependBosToken) ? tokens.bos : null;
    this.#end = wordPiece ? tokens.sep : unigram || tokens.shouldAppendEosToken ? tokens.eos : null;
  }

  static async load(path: string): Promise<Tokenizer> {
    const model = await (
      await library()
    ).loadModel({
      modelPath: path,
      vocabOnly: true,
      // Only the vocabulary is wanted: no layers on a GPU, no memory to set aside.
      gpuLayers: 0,
      ignoreMemorySafetyChecks: true,
    });
    return new Tokenizer(model);
  }

  /** Token ids with the special tokens; a text without letters gives these alone. */
  encode(text: string): Int32Array {
    const ids = this.#model.tokenize(text, false);
    const begin = this.#begin === null ? 0 : 1;
    const end = this.#end === null ? 0 : 1;
    const all = new Int32Array(begin + ids.length + end);
    if (this.#begin !== null) all[0] = this.#begin;
    all.set(ids, begin);
    if (this.#end !== null) all[all.length - 1] = this.#end;
    return all;
  }

  /** Each token as text, special ones by their names. */
  pieces(ids: Int32Array): readonly string[] {
    return Array.from(ids, (id) => this.#model.detokenize([id as Token], true));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#model.dispose();
  }
}
