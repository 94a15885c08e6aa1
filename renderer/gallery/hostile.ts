/** Texts that try to be more than text. */
export const HOSTILE: readonly (readonly [string, string])[] = [
  ['HTML', '<img src=x onerror=alert(1)> <script>alert(1)</script> &lt;b&gt;'],
  ['Order of signs', 'user \u202egnp.exe\u202c and \u2066isolated\u2069'],
  ['Hidden signs', 'a\u200bb\u00adc\ufeffd \u{e0041}'],
  ['Piled marks', 'z' + '\u0335\u0322\u0353\u0345\u0349\u0347'.repeat(8) + 'algo'],
  ['Right to left', 'שלום עולם, مرحبا بالعالم 123'],
  ['Joined', '👩‍👩‍👧 ❤️ می‌خواهم क्‍ष'],
  ['One long word', 'w'.repeat(300)],
  ['Lines', 'first\r\nsecond\n\tthird'],
];

export const MEGABYTE = 'one line of a megabyte '.repeat(45_600);
