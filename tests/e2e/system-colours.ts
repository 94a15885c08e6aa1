/**
 * What is lost in the system's own colours (`forced-colors`), which axe does not see: the system lays a plate of its ground
 * behind all text, and gives edges without a colour the one of text.
 */
import type { Page } from 'playwright-core';

/** What cannot be read, or seems to be what it is not; nothing where the window has its own colours. */
export async function lostInSystemColours(page: Page): Promise<readonly string[]> {
  return await page.evaluate(() => {
    if (!matchMedia('(forced-colors: active)').matches) return [];
    const probe = document.body.appendChild(document.createElement('i'));
    const colourOf = (name: string): string => {
      probe.style.color = name;
      return getComputedStyle(probe).color;
    };
    const [ground, text] = [colourOf('Canvas'), colourOf('CanvasText')];
    probe.remove();
    const all = (selector: string) =>
      [...document.querySelectorAll<HTMLElement>(selector)].filter((one) => one.checkVisibility());
    const nameOf = (one: HTMLElement): string =>
      `${one.tagName.toLowerCase()} ${one.className} ${one.textContent.trim().slice(0, 30)}`;
    const hasText = (one: HTMLElement): boolean =>
      [...one.childNodes].some((node) => node instanceof Text && node.data.trim() !== '');
    const faults: string[] = [];
    for (const one of all('body *').filter(hasText)) {
      const style = getComputedStyle(one);
      if (style.color === ground && style.getPropertyValue('forced-color-adjust') !== 'none')
        faults.push(`${nameOf(one)} has the colour of the plate behind it`);
    }
    for (const one of all('nav a:not([aria-current]), [role="tab"][aria-selected="false"]')) {
      const { borderLeftColor, borderLeftWidth, borderBottomColor, borderBottomWidth } = getComputedStyle(one);
      const edges = [
        [borderLeftColor, borderLeftWidth],
        [borderBottomColor, borderBottomWidth],
      ];
      if (edges.some(([colour, width = '0']) => parseFloat(width) > 0 && colour !== ground))
        faults.push(`${nameOf(one)} seems to be chosen`);
    }
    for (const one of all('[role="progressbar"], .score .track'))
      if (getComputedStyle(one).backgroundColor === text) faults.push(`${nameOf(one)} seems to be full`);
    return faults;
  });
}
