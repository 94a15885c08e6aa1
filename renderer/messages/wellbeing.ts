import { messages } from '../i18n/messages.ts';

/** Breaks, and the end of a session. They are offers, and say nothing about anybody's health. */
export const wellbeing = messages({
  en: {
    breakTitle: 'Time for a break?',
    breakWhy: 'You have been reviewing for {time}. Everything is kept; the queue waits.',
    pause: 'Take a break',
    later: 'In five minutes',
    pauseTitle: 'On a break',
    pauseWhy: 'Nothing is shown until you come back.',
    back: 'I am back',
    capTitle: 'Your session is over',
    capWhy: 'You have been reviewing for {time}, as long as you had set. Everything is kept.',
    capMore: 'Fifteen minutes more',
  },
  de: {
    breakTitle: 'Zeit für eine Pause?',
    breakWhy: 'Sie entscheiden seit {time}. Alles ist gespeichert; die Liste wartet.',
    pause: 'Pause machen',
    later: 'In fünf Minuten',
    pauseTitle: 'Pause',
    pauseWhy: 'Bis Sie wieder da sind, wird nichts gezeigt.',
    back: 'Ich bin wieder da',
    capTitle: 'Ihre Sitzung ist zu Ende',
    capWhy: 'Sie entscheiden seit {time}, so lange, wie Sie es eingestellt hatten. Alles ist gespeichert.',
    capMore: 'Fünfzehn Minuten mehr',
  },
});
