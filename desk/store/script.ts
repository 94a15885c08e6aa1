/**
 * Whether a text holds letters of a script that puts no spaces between words: Han, kana, Bopomofo, Yi, Thai, Lao,
 * Khmer, Myanmar, Tibetan and their neighbours. Hangul has spaces between words.
 */
export function isUnspaced(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x0e00) continue;
    if (unit <= 0x0fff) return true; // Thai, Lao, Tibetan
    if (unit >= 0x1000 && unit <= 0x109f) return true; // Myanmar
    if (unit >= 0x1780 && unit <= 0x17ff) return true; // Khmer
    if (unit >= 0x1950 && unit <= 0x1aaf) return true; // Tai scripts, Khmer symbols, Buginese, Tai Tham
    if (unit >= 0x3005 && unit <= 0x312f && !(unit >= 0x3008 && unit <= 0x3020)) return true; // kana, Bopomofo
    if (unit >= 0x31a0 && unit <= 0x31ff) return true;
    if (unit >= 0x3400 && unit <= 0xa4cf) return true; // Han, Yi
    if (unit >= 0xa980 && unit <= 0xa9df) return true; // Javanese
    if (unit >= 0xa9e0 && unit <= 0xaadf) return true; // Myanmar extended, Cham, Tai Viet
    if (unit >= 0xf900 && unit <= 0xfaff) return true; // Han, compatibility
    if (unit >= 0xff66 && unit <= 0xff9f) return true; // half-width kana
    if (unit >= 0xd840 && unit <= 0xd88d) return true; // first half of Han outside the basic plane
  }
  return false;
}
