/** In which language the window speaks. Whoever shows it says so; what reads it inside of a component follows. */
export const LOCALES = ['en', 'de'] as const;
export type Locale = (typeof LOCALES)[number];

let source: () => Locale = () => 'en';

export const locale = (): Locale => source();

export function localeFrom(from: () => Locale): void {
  source = from;
}

/** The first of somebody's languages that the window speaks; English where it speaks none. */
export function nearestLocale(wanted: readonly string[]): Locale {
  for (const tag of wanted) {
    const found = LOCALES.find((one) => tag.toLowerCase().split('-')[0] === one);
    if (found !== undefined) return found;
  }
  return 'en';
}
