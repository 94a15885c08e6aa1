/** What axe has to say about a page: nothing, it is hoped; and whether a page has to be moved sideways to be read. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');

/** @throws AssertionError with what it found */
export async function axe(page: Page): Promise<void> {
  assert.deepEqual(await faultsIn(page), []);
}

/** What axe found, and in what. */
export async function faultsIn(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) {
    // The page's own policy lets no script in; a test may look past it.
    const session = await page.context().newCDPSession(page);
    await session.send('Runtime.evaluate', { expression: AXE });
  }
  return await page.evaluate(async () => {
    const { violations } = await (
      globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }
    ).axe.run();
    return violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ target, html }) => `${target.join(' ')} ${html.slice(0, 120)}`).join(', ')}`,
    );
  });
}
interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly html: string }[];
}

/**
 * What is wider than its place and would be moved sideways: the page, a view, a dialog. A table may be, where it is a stop of
 * the keyboard of its own.
 */
export async function widerThanTheirPlace(page: Page): Promise<readonly string[]> {
  return await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('*')]
      .filter((element) => {
        const isPage = element === document.documentElement;
        if (element.scrollWidth <= element.clientWidth + (isPage ? 0 : 1)) return false;
        return (
          isPage ||
          (/auto|scroll/.test(getComputedStyle(element).overflowX) &&
            !element.matches('[role="group"][tabindex="0"], [role="region"][tabindex="0"]'))
        );
      })
      .map((element) => `${element.tagName} ${element.className}: ${element.scrollWidth} > ${element.clientWidth}`),
  );
}
