import { messages } from '../i18n/messages.ts';

/** Words of components that several views use. */
export const parts = messages({
  en: {
    score: 'score {score}',
    noScore: 'no score',
    masked: 'masked word',
    showAll: 'Show all {count} signs',
    showLess: 'Show less',
    hiddenSign: 'hidden sign {sign}',
    manyMarks: '{count} more marks',
    choose: 'Choose…',
    folder: 'Folder…',
  },
  de: {
    score: 'Wert {score}',
    noScore: 'kein Wert',
    masked: 'verdecktes Wort',
    showAll: 'Alle {count} Zeichen zeigen',
    showLess: 'Weniger zeigen',
    hiddenSign: 'verborgenes Zeichen {sign}',
    manyMarks: '{count} weitere Zeichen darüber',
    choose: 'Auswählen…',
    folder: 'Ordner…',
  },
});
