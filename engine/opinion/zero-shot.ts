/** A chat model that is asked, for one text after the other, which of some labels it deserves. */
import { basename } from 'node:path';
import { availableParallelism } from 'node:os';
import {
  getLlama,
  LlamaGrammarEvaluationState,
  LlamaLogLevel,
  resolveChatWrapper,
  type ChatWrapper,
  type Llama,
  type LlamaContext,
  type LlamaContextSequence,
  type LlamaGrammar,
  type LlamaModel,
  type Token,
} from 'node-llama-cpp';
import type { CallInput, Item, ItemScore, SessionInfo } from '../contract.ts';
import { chooseAccelerator, verdictsBeside } from '../ggml/choose.ts';
import { readGguf } from '../ggml/gguf/read.ts';
import { fileSha256 } from '../model/file-hash.ts';
import { EngineError } from '../process/errors.ts';
import type { WorkHooks, WorkSession } from '../process/server.ts';
import { likelihoods, type Step } from './answer.ts';
import { grammarOf } from './grammar.ts';

/** Tokens that a message may take; longer ones are not read. */
const LONGEST_MESSAGE = 2048;
/** Beside question and message: the template's own words, and the answer. */
const ROOM = 256;

type Question = NonNullable<CallInput<'open'>['question']>;

interface Parts {
  readonly info: SessionInfo;
  readonly question: Question;
  readonly llama: Llama;
  readonly model: LlamaModel;
  readonly context: LlamaContext;
  readonly sequence: LlamaContextSequence;
  readonly grammar: LlamaGrammar;
  readonly wrapper: ChatWrapper;
}

export class ZeroShot implements WorkSession {
  readonly info: SessionInfo;
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    this.info = parts.info;
    this.#parts = parts;
  }

  /** @throws GgufError for a damaged file; EngineError for one that cannot chat, for too little memory, and where there is no question */
  static async open(input: CallInput<'open'>, { signal }: WorkHooks): Promise<ZeroShot> {
    const { base, question } = input;
    if (question === undefined) throw new EngineError('no-question', 'There is no question to ask.', 'Report it.');
    const about = inspect(base);
    const sha256 = await fileSha256(base, signal);
    const accelerator =
      input.backend === 'auto'
        ? await chooseAccelerator(input.calibrationFile && verdictsBeside(input.calibrationFile), { signal })
        : input.backend;
    const llama = await getLlama({
      gpu: accelerator === 'cpu' ? false : accelerator,
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      logLevel: LlamaLogLevel.error,
    });
    const threads = threadsOf(llama, input);
    llama.maxThreads = threads;
    const model = await load(llama, base, signal);
    try {
      const wrapper = resolveChatWrapper(model, {
        warningLogs: false,
        customWrapperSettings: { qwen: { thoughts: 'discourage' } },
      });
      const empty = tokensOf(model, wrapper, question, '').length;
      const wanted = empty + LONGEST_MESSAGE + ROOM;
      const contextSize = Math.min(wanted, model.trainContextSize);
      const maxTokens = contextSize - empty - ROOM;
      if (maxTokens < 64)
        throw new EngineError(
          'over-long',
          `Policy and labels take ${empty} of the ${contextSize} tokens that ${about.name} can read; nothing is left for messages.`,
          'Shorten the guidance, ask about one policy alone, or take a model with a longer context.',
        );
      const context = await model.createContext({ contextSize, sequences: 1, threads });
      const info: SessionInfo = {
        backend: accelerator,
        layout: 'file',
        threads,
        depth: model.fileInsights.totalLayers,
        width: model.embeddingVectorSize,
        pooling: 'none',
        labels: question.labels,
        base: { ...about, sha256 },
        maxTokens,
      };
      const grammar = await llama.createGrammar({ grammar: grammarOf(question.labels) });
      return new ZeroShot({ info, question, llama, model, context, sequence: context.getSequence(), grammar, wrapper });
    } catch (error) {
      await model.dispose();
      throw error;
    }
  }

  /** One after the other: what they share, the question, is read once. */
  async score(items: readonly Item[], { signal, onProgress }: WorkHooks): Promise<readonly ItemScore[]> {
    const scores: ItemScore[] = [];
    for (const { key, text } of items) {
      signal.throwIfAborted();
      scores.push({ key, ...(await this.#ask(text)) });
      onProgress(scores.length);
    }
    return scores;
  }

  embed(): Promise<never> {
    return Promise.reject(new EngineError('not-here', 'This engine gives no states.', 'Report it.'));
  }

  async #ask(text: string): Promise<Unkeyed> {
    const { model, wrapper, question, sequence, grammar, info } = this.#parts;
    if (text.trim() === '') return { status: 'not-read', reason: 'empty' };
    // A token is four signs or so; what is far too long is not even cut into tokens.
    if (text.length > info.maxTokens * 16) return { status: 'not-read', reason: 'over-long' };
    const tokens = tokensOf(model, wrapper, question, text);
    if (tokens.length > sequence.contextSize - ROOM) return { status: 'not-read', reason: 'over-long' };
    // What stands in the sequence already, up to the first token that is another one, is not computed again.
    await sequence.adaptStateToTokens(tokens.slice(0, -1), false);
    const rest = tokens.slice(sequence.nextTokenIndex);
    const steps: AsyncIterable<Step<Token>> = sequence.evaluateWithMetadata(
      rest,
      { probabilities: true },
      {
        temperature: 0,
        grammarEvaluationState: new LlamaGrammarEvaluationState({ model, grammar }),
        yieldEogToken: true,
      },
    );
    const probabilities = await likelihoods(
      question.labels,
      { text: (said) => model.detokenize(said), isEnd: (token) => model.isEogToken(token) },
      steps,
    );
    return { status: 'scored', probabilities };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.context.dispose();
    await this.#parts.model.dispose();
  }
}

type Unkeyed = ItemScore extends infer S ? (S extends ItemScore ? Omit<S, 'key'> : never) : never;

/**
 * The model's own template around the question, as the system's words, and the message, as the user's. The message stands
 * as a JSON string, so that it cannot end its own quotes, and none of it is read as a special token: "<|im_end|>" in a
 * message is letters.
 */
function tokensOf(model: LlamaModel, wrapper: ChatWrapper, { instruction }: Question, text: string): Token[] {
  const { contextText } = wrapper.generateContextState({
    chatHistory: [
      { type: 'system', text: instruction },
      { type: 'user', text: JSON.stringify(text) },
      { type: 'model', response: [] },
    ],
  });
  const tokens = contextText.tokenize(model.tokenizer);
  const { bos, shouldPrependBosToken } = model.tokens;
  return bos !== null && shouldPrependBosToken && tokens[0] !== bos ? [bos, ...tokens] : tokens;
}

/** A damaged file never reaches native code. */
function inspect(path: string): { readonly name: string; readonly architecture: string } {
  using file = readGguf(path);
  const { metadata } = file;
  if (metadata.optionalString('tokenizer.chat_template') === undefined)
    throw new EngineError(
      'no-chat',
      `${basename(path)} has no chat template: it was not made to follow instructions.`,
      'Take a model whose name says instruct or chat.',
    );
  return {
    name: metadata.optionalString('general.name') ?? basename(path, '.gguf'),
    architecture: metadata.requireString('general.architecture'),
  };
}

async function load(llama: Llama, modelPath: string, loadSignal: AbortSignal): Promise<LlamaModel> {
  try {
    return await llama.loadModel({ modelPath, loadSignal });
  } catch (error) {
    loadSignal.throwIfAborted();
    throw new EngineError(
      'not-loaded',
      `${basename(modelPath)} could not be loaded (${error instanceof Error ? error.message : String(error)}).`,
      'Close other programs where memory is short, or take a smaller model, or one of which llama.cpp knows the architecture.',
    );
  }
}

/** llama.cpp's threads wait for each other by spinning: one too many costs far more than one too few. */
function threadsOf({ cpuMathCores }: Llama, { threads, foreground }: CallInput<'open'>): number {
  if (threads !== undefined) return threads;
  const cores = Math.max(1, Math.min(cpuMathCores, availableParallelism()));
  return foreground === true ? Math.max(1, cores - 1) : cores;
}
