import assert from 'node:assert/strict';
import { globSync, readFileSync, readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { type Locale, LOCALES, localeFrom, nearestLocale } from '../../renderer/i18n/locale.ts';
import { type Text, catalogues, messages } from '../../renderer/i18n/messages.ts';

const folder = new URL('../../renderer/messages/', import.meta.url);
for (const file of readdirSync(folder)) await import(new URL(file, folder).href);

const partsOf = (text: Text): readonly string[] => (typeof text === 'string' ? [text] : [text.one, text.other]);
const valuesOf = (text: Text): string =>
  [...new Set(partsOf(text).flatMap((part) => [...part.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)))].sort().join();

describe('the words of the window', () => {
  it('are there in every language, with the same values in them', () => {
    assert.ok(catalogues.length > 0);
    for (const { en, ...others } of catalogues)
      for (const [locale, texts] of Object.entries(others)) {
        assert.deepEqual(Object.keys(texts).sort(), Object.keys(en).sort(), locale);
        for (const [name, text] of Object.entries(en)) {
          const translated = texts[name] ?? '';
          assert.equal(valuesOf(translated), valuesOf(text), `${locale} ${name}`);
          for (const part of [...partsOf(text), ...partsOf(translated)]) {
            assert.notEqual(part.trim(), '', `${locale} ${name}`);
            assert.doesNotMatch(part, /[<>]/, `${locale} ${name}: words are text`);
          }
        }
      }
  });

  it('are all said somewhere', () => {
    const root = new URL('../../', import.meta.url);
    const files = globSync(['renderer/**/*.{ts,svelte}', 'build/*.ts'], {
      cwd: root,
      exclude: ['renderer/messages/**'],
    });
    const sources = files.map((file) => readFileSync(new URL(file, root), 'utf8')).join('\n');
    const unsaid: string[] = [];
    for (const file of readdirSync(folder)) {
      const source = readFileSync(new URL(file, folder), 'utf8');
      for (const [, name = '', words = ''] of source.matchAll(
        /export const (\w+) = messages\(\{\n {2}en: \{(.*?)\n {2}\}/gs,
      )) {
        // Some are looked up by a name that comes from elsewhere: the part of the settings, what is exported, a test of a suite.
        if (new RegExp(`\\b${name}(\\[| as )`).test(sources)) continue;
        for (const [, key] of words.matchAll(/^ {4}(\w+):/gm))
          if (!new RegExp(`\\b${name}\\.${key}\\b`).test(sources)) unsaid.push(`${name}.${key}`);
      }
    }
    assert.deepEqual(unsaid, []);
  });

  it('have numbers and plurals as the language has them', () => {
    let now: Locale = 'en';
    localeFrom(() => now);
    const said = messages({
      en: { left: { one: '{count} item of {all}', other: '{count} items of {all}' } },
      de: { left: { one: '{count} Nachricht von {all}', other: '{count} Nachrichten von {all}' } },
    });
    assert.equal(said.left({ count: 1, all: 2000 }), '1 item of 2,000');
    now = 'de';
    assert.equal(said.left({ count: 1234, all: '{count}' }), '1.234 Nachrichten von {count}');
    localeFrom(() => 'en');
  });

  it('are English for somebody whose languages it does not speak', () => {
    assert.equal(nearestLocale(['fr-FR', 'de-AT', 'en']), 'de');
    assert.equal(nearestLocale(['fr']), 'en');
    assert.ok(LOCALES.includes(nearestLocale([])));
  });
});
