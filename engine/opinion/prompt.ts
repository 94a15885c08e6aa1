/** A question and a message in the words of a model's own chat template, as tokens. */
import { LlamaText, SpecialToken, type ChatWrapper, type LlamaModel, type Token } from 'node-llama-cpp';
import type { CallInput } from '../contract.ts';

export type Question = NonNullable<CallInput<'open'>['question']>;

/**
 * The model's own template around the question, as the system's words, and the message, as the user's. The message stands
 * as a JSON string, so that it cannot end its own quotes, and none of it is read as a special token: "<|im_end|>" in a
 * message is letters.
 */
export function promptOf(model: LlamaModel, wrapper: ChatWrapper, { instruction }: Question, text: string): Token[] {
  const { contextText } = wrapper.generateContextState({
    chatHistory: [
      { type: 'system', text: instruction },
      { type: 'user', text: JSON.stringify(text) },
      { type: 'model', response: [] },
    ],
  });
  const { bos, shouldPrependBosToken } = model.tokens;
  const [first, ...others] = contextText.values;
  // The library begins some templates with a token of its own, also for models that were never shown it there.
  const isForeign = first instanceof SpecialToken && first.value === 'BOS' && !wantsBos(model);
  const tokens = (isForeign ? LlamaText(others) : contextText).tokenize(model.tokenizer);
  return bos !== null && shouldPrependBosToken && tokens[0] !== bos ? [bos, ...tokens] : tokens;
}

const wantsBos = ({ tokens, fileInfo }: LlamaModel): boolean =>
  tokens.shouldPrependBosToken || (fileInfo.metadata.tokenizer.chat_template?.includes('bos_token') ?? false);
