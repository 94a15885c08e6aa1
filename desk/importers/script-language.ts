/** Ranges of UTF-16 units that speak for one language alone. */
const SCRIPTS: readonly (readonly [number, number, string])[] = [
  [0x0370, 0x03ff, 'el'],
  [0x0531, 0x058f, 'hy'],
  [0x0590, 0x05ff, 'he'],
  [0x0980, 0x09ff, 'bn'],
  [0x0a00, 0x0a7f, 'pa'],
  [0x0a80, 0x0aff, 'gu'],
  [0x0b00, 0x0b7f, 'or'],
  [0x0b80, 0x0bff, 'ta'],
  [0x0c00, 0x0c7f, 'te'],
  [0x0c80, 0x0cff, 'kn'],
  [0x0d00, 0x0d7f, 'ml'],
  [0x0d80, 0x0dff, 'si'],
  [0x0e00, 0x0e7f, 'th'],
  [0x0e80, 0x0eff, 'lo'],
  [0x0f00, 0x0fff, 'bo'],
  [0x1000, 0x109f, 'my'],
  [0x10a0, 0x10ff, 'ka'],
  [0x1100, 0x11ff, 'ko'],
  [0x1200, 0x139f, 'am'],
  [0x1780, 0x17ff, 'km'],
  [0x3130, 0x318f, 'ko'],
  [0xac00, 0xd7af, 'ko'],
];

export interface ScriptVerdict {
  /** Letters in the text; one of Han or kana counts for two, because it says as much. */
  readonly letters: number;
  /** The language of the script that most letters are of, null where several languages share it. */
  readonly language: string | null;
}

/**
 * What the scripts of a text say of its language.
 * @param isLetter 65,536 bits, one per UTF-16 unit, lowest first
 */
export function byScript(text: string, isLetter: Uint8Array): ScriptVerdict {
  let letters = 0;
  let han = 0;
  let kana = 0;
  let scripts: Map<string, number> | null = null;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if ((isLetter[unit >>> 3]! & (1 << (unit & 7))) === 0) continue;
    letters++;
    if (unit < 0x370) continue;
    if (unit >= 0x3400 && unit <= 0x9fff) han++;
    else if (unit >= 0x3041 && unit <= 0x30ff) kana++;
    else {
      const script = SCRIPTS.find(([from, to]) => unit >= from && unit <= to);
      if (script !== undefined) (scripts ??= new Map()).set(script[2], (scripts.get(script[2]) ?? 0) + 1);
    }
  }
  const weighted = letters + han + kana;
  if (han + kana > letters / 2) return { letters: weighted, language: kana * 10 >= han + kana ? 'ja' : 'zh' };
  if (scripts !== null) {
    for (const [language, count] of scripts) if (count > letters / 2) return { letters: weighted, language };
  }
  return { letters: weighted, language: null };
}
