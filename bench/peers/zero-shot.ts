/** node-llama-cpp asked in words: one message a chat, greedy, with a grammar that lets it say nothing but a label. */
import { getLlama, LlamaChatSession, LlamaLogLevel, type ChatHistoryItem, type LlamaGrammar } from 'node-llama-cpp';
import { answerLines } from './serve.ts';
import { Question, type Asked, type AskedAnswer } from './asked.ts';

/** Chats side by side. */
const CHATS = 4;
/** Tokens of a chat: the question, and a message of 1,000 characters. */
const CONTEXT = 1024;

interface Ready {
  readonly labels: readonly string[];
  readonly chats: readonly LlamaChatSession[];
  readonly start: readonly ChatHistoryItem[];
  readonly grammar: LlamaGrammar;
}

async function load({ model: modelPath, threads, labels, question }: Asked): Promise<Ready & { settings: string }> {
  const llama = await getLlama({ gpu: false, build: 'never', maxThreads: threads, logLevel: LlamaLogLevel.error });
  const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
  const context = await model.createContext({ contextSize: CONTEXT, sequences: CHATS, threads });
  const chats = Array.from(
    { length: CHATS },
    () => new LlamaChatSession({ contextSequence: context.getSequence(), systemPrompt: question }),
  );
  return {
    labels,
    chats,
    start: chats[0]?.getChatHistory() ?? [],
    grammar: await llama.createGrammar({ grammar: `root ::= ${labels.map((label) => `"${label}"`).join(' | ')}` }),
    settings: `node-llama-cpp 3.21.1 (llama.cpp ${llama.llamaCppRelease.release}), ${CHATS} chats side by side, ${threads} threads`,
  };
}

async function answers({ labels, chats, start, grammar }: Ready, texts: readonly string[]): Promise<number[]> {
  const found = new Array<number>(texts.length).fill(0);
  const left = texts.entries();
  await Promise.all(
    chats.map(async (chat) => {
      for (const [text, message] of left) {
        chat.setChatHistory([...start]);
        const answer = await chat.prompt(`Message: ${message}`, { grammar, temperature: 0, maxTokens: 16 });
        found[text] = labels.indexOf(answer.trim());
      }
    }),
  );
  return found;
}

let ready: Ready | undefined;
await answerLines(async (line): Promise<AskedAnswer> => {
  const request = Question.parse(line);
  if (request.op === 'load') {
    const { settings, ...loaded } = await load(request);
    ready = loaded;
    return { settings };
  }
  if (!ready) throw new Error('answers were asked for before load');
  const began = performance.now();
  const labels = await answers(ready, request.texts);
  return { labels, seconds: (performance.now() - began) / 1000 };
});
