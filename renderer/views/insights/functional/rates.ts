/** Shares of a functional audit, as the window names and orders them. */
import type { Rated } from '../../../../desk/contract/functional.ts';
import { number, share } from '../../../i18n/format.ts';
import { tested } from '../../../messages/functional.ts';

export type Named = Rated & { readonly name: string };

/** In words, where the window has some for it. */
export const wordsFor = (name: string): string =>
  Object.hasOwn(tested, name) ? ((tested as Readonly<Record<string, () => string>>)[name]?.() ?? name) : name;

/** `72% (70–74)`; a dash where there is no case. */
export function ratedWords({ share: found }: Rated): string {
  if (found === null) return '–';
  const hundredth = (value: number): string => number(Math.round(100 * value));
  return `${share(found.value)} (${hundredth(found.low)}–${hundredth(found.high)})`;
}

/** The weakest first; what has no case stands last. @param weak which end is the weak one */
export const ordered = <T extends Named>(rows: readonly T[], weak: 'low' | 'high'): readonly T[] => {
  const rank = ({ share: found }: Named): number =>
    found === null ? Infinity : weak === 'low' ? found.value : -found.value;
  return rows.toSorted((a, b) => rank(a) - rank(b));
};
