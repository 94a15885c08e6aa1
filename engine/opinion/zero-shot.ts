/** A chat model that is asked, for one text after the other, which of some labels it deserves. */
import { basename } from 'node:path';
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
import { promptOf, type Question } from './prompt.ts';
import { fastestThreads, mostThreads } from './threads.ts';

/** Tokens that a message may take; longer ones are not read. */
const LONGEST_MESSAGE = 2048;
/** Beside question and message: the template's own words, and the answer. */
const ROOM = 256;

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
    const most = input.threads ?? mostThreads(llama, input.foreground === true);
    llama.maxThreads = most;
    const model = await loaded(base, signal, () => llama.loadModel({ modelPath: base, loadSignal: signal }));
    try {
      const wrapper = resolveChatWrapper(model, {
        warningLogs: false,
        // A model that thinks first would have to think in labels.
        customWrapperSettings: { qwen: { thoughts: 'discourage' }, jinjaTemplate: { reasoning: false } },
      });
      const shared = promptOf(model, wrapper, question, '');
      const empty = shared.length;
      const wanted = empty + LONGEST_MESSAGE + ROOM;
      const contextSize = Math.min(wanted, model.trainContextSize);
      const maxTokens = contextSize - empty - ROOM;
      if (maxTokens < 64)
        throw new EngineError(
          'over-long',
          `Policy and labels take ${empty} of the ${contextSize} tokens that ${about.name} can read; nothing is left for messages.`,
          'Shorten the guidance, ask about one policy alone, or take a model with a longer context.',
        );
      const context = await loaded(base, signal, () =>
        model.createContext({ contextSize, sequences: 1, threads: most }),
      );
      const sequence = context.getSequence();
      // A graphics card does not care how many threads wait for it.
      const measures = accelerator === 'cpu' && input.threads === undefined;
      const threads = measures ? await fastestThreads(llama, sequence, shared, most) : most;
      // Read once; models that cannot go back to any token go back to this one.
      await sequence.evaluateWithoutGeneratingNewTokens(common(shared, promptOf(model, wrapper, question, 'a')));
      await sequence.takeCheckpoint();
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
      return new ZeroShot({ info, question, llama, model, context, sequence, grammar, wrapper });
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
    const tokens = promptOf(model, wrapper, question, text);
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

/** What both begin with. */
function common(one: readonly Token[], other: readonly Token[]): Token[] {
  const differs = one.findIndex((token, place) => token !== other[place]);
  return one.slice(0, differs < 0 ? one.length : differs);
}

async function loaded<T>(path: string, signal: AbortSignal, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    signal.throwIfAborted();
    throw new EngineError(
      'not-loaded',
      `${basename(path)} could not be loaded (${error instanceof Error ? error.message : String(error)}).`,
      'Close other programs where memory is short, or take a smaller model, or one of which llama.cpp knows the architecture.',
    );
  }
}
