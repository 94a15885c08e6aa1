/** What is done to the published texts before a head reads them. */

/** HTML entities as they stand in scraped tweets: numbers, and the five names that XML knows, plus the blank. */
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** Decodes each entity once; what is none stays as it is. */
export function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return NAMED[String(name).toLowerCase()] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
    const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
    return isCharacter ? String.fromCodePoint(code) : whole;
  });
}

/** As the head is to read a text: entities decoded, handles made equal. HateXplain comes without either. */
export function cleaned(text: string): string {
  return decodeEntities(text)
    .replace(/(?<![\p{L}\p{N}_@])@[\p{L}\p{N}_]+/gu, '@user')
    .replace(/\s+/g, ' ')
    .trim();
}
