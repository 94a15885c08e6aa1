/**
 * The language of menus and dialogs: that of the window that spoke last. Before there is one, the shell has that of the last
 * start; at the very first it has the system's.
 */
import { app } from 'electron';
import { z } from 'zod';
import { Remembered } from './remembered.ts';

const Language = z.enum(['en', 'de']);
export type Language = z.infer<typeof Language>;

const file = new Remembered('language.json', Language);
let said: Language | null = null;

/** From now on in this language. @returns whether it is another than before */
export function speak(language: Language): boolean {
  if (language === spoken()) return false;
  said = language;
  file.write(language);
  return true;
}

/** To be asked once Electron is ready. */
export const spoken = (): Language => (said ??= file.read() ?? (app.getLocale().startsWith('de') ? 'de' : 'en'));
