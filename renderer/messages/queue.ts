import { messages } from '../i18n/messages.ts';

export const queue = messages({
  en: {
    title: 'Queue',
    empty: 'Nothing is waiting here',
    emptyWhy: 'Import an export of your community, and its messages stand here, what matters first.',
    next: 'Next message',
    previous: 'Message before',
    skip: 'Skip',
    note: 'Note',
    unmask: 'Unmask',
    escalate: 'Escalate',
    undo: 'Undo',
    redo: 'Redo',
  },
  de: {
    title: 'Liste',
    empty: 'Hier wartet nichts',
    emptyWhy: 'Importieren Sie einen Export Ihrer Community; dann stehen die Nachrichten hier, das Wichtige zuerst.',
    next: 'Nächste Nachricht',
    previous: 'Vorige Nachricht',
    skip: 'Überspringen',
    note: 'Notiz',
    unmask: 'Aufdecken',
    escalate: 'Eskalieren',
    undo: 'Rückgängig',
    redo: 'Wiederholen',
  },
});
