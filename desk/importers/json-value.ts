import { isFields } from './fields.ts';

/** Whole numbers too long for a double, where a value can stand; a hit inside a text only costs time. */
const LONG_INTEGER = /(?:[:,[]|^)\s*-?\d{16,}/;

/**
 * Parses one JSON value. Integers beyond 2^53 become strings, so that ids keep their digits. What Telegram Desktop and
 * other writers get wrong is put right first: control characters written as `\x0B` or bare inside strings, and the
 * unquoted path that Telegram 4.1.0 wrote after `"document_id":`.
 * @throws SyntaxError when it is no JSON even so
 */
export function parseJson(text: string): unknown {
  try {
    return parseKeepingDigits(text);
  } catch (thrown) {
    const repaired = repair(text);
    if (repaired === text) throw thrown;
    return parseKeepingDigits(repaired);
  }
}

/**
 * The same, without looking for long integers: for formats whose ids are strings or small, which is most of the time
 * that parsing takes. A long id that is a number after all is still kept exactly.
 */
export function parseJsonOfStrings(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    const id = isFields(value) ? value['id'] : undefined;
    return typeof id === 'number' && !Number.isSafeInteger(id) ? parseJson(text) : value;
  } catch {
    return parseJson(text);
  }
}

function parseKeepingDigits(text: string): unknown {
  if (!LONG_INTEGER.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) => {
    const exact = typeof value === 'number' && !Number.isSafeInteger(value) ? context?.source : undefined;
    return exact !== undefined && /^-?\d+$/.test(exact) ? exact : value;
  });
}

const STRINGS = /"(?:[^"\\]|\\[^])*"/g;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f]/g;

function repair(text: string): string {
  return text
    .replace(
      /("document_id":\s*)(?!")([^\r\n,{}[\]]*[^\s,{}[\]\d][^\r\n,{}[\]]*)(?=\s*[,}\r\n])/g,
      (_all, key: string, path: string) => `${key}${JSON.stringify(path.trim())}`,
    )
    .replace(STRINGS, (string) =>
      string
        // Pairs of backslashes are passed over together, so that `\\x0B` stays a backslash and x0B.
        .replace(/\\\\|\\x([0-9A-Fa-f]{2})/g, (all, hex: string | undefined) =>
          hex === undefined ? all : `\\u00${hex}`,
        )
        .replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`),
    );
}
