import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eld } from 'eld/small';
import { LanguageDetector } from '../../../desk/importers/language.ts';

const SENTENCES: readonly (readonly [string, string])[] = [
  ['en', 'The committee will meet again next week to talk about the garden.'],
  ['de', 'Der Ausschuss trifft sich nächste Woche wieder, um über den Garten zu sprechen.'],
  ['fr', 'Le comité se réunira de nouveau la semaine prochaine pour parler du jardin.'],
  ['es', 'El comité se reunirá otra vez la próxima semana para hablar del jardín.'],
  ['it', 'Il comitato si riunirà di nuovo la prossima settimana per parlare del giardino.'],
  ['pt', 'O comitê vai se reunir novamente na próxima semana para falar sobre o jardim.'],
  ['nl', 'De commissie komt volgende week weer bijeen om over de tuin te praten.'],
  ['pl', 'Komisja spotka się ponownie w przyszłym tygodniu, aby porozmawiać o ogrodzie.'],
  ['tr', 'Komite gelecek hafta bahçe hakkında konuşmak için yeniden toplanacak.'],
  ['ru', 'Комитет снова соберётся на следующей неделе, чтобы поговорить о саде.'],
  ['uk', 'Комітет знову збереться наступного тижня, щоб поговорити про сад.'],
  ['ar', 'ستجتمع اللجنة مرة أخرى في الأسبوع المقبل للحديث عن الحديقة.'],
  ['he', 'הוועדה תתכנס שוב בשבוע הבא כדי לדבר על הגינה.'],
  ['hi', 'समिति बगीचे के बारे में बात करने के लिए अगले सप्ताह फिर से मिलेगी।'],
  ['el', 'Η επιτροπή θα συνεδριάσει ξανά την επόμενη εβδομάδα για τον κήπο.'],
  ['ja', '委員会は来週また集まって、庭について話し合います。'],
  ['zh', '委员会下周将再次开会讨论花园的问题和其他安排。'],
  ['ko', '위원회는 다음 주에 다시 모여 정원에 대해 이야기할 것입니다.'],
  ['th', 'คณะกรรมการจะประชุมอีกครั้งในสัปดาห์หน้าเพื่อพูดคุยเรื่องสวน'],
];

describe('the language of a text', () => {
  it('is recognised in a sentence', () => {
    const languages = new LanguageDetector();
    for (const [language, text] of SENTENCES) assert.equal(languages.detect(text), language, text);
  });

  it('is unsure below 20 letters, whatever else is in the text', () => {
    const languages = new LanguageDetector();
    assert.equal(languages.detect(''), '');
    for (const text of [
      'ok',
      'lol 12345 !!! 👍👍👍',
      'abcdefghij klmnopqrs',
      'да нет наверное',
      '?? … ---------------------',
    ]) {
      assert.equal(languages.detect(text), 'unsure', text);
    }
    assert.notEqual(languages.detect('the house of the rising sun'), 'unsure');
  });

  it('is what eld says, computed word by word', () => {
    const languages = new LanguageDetector();
    const words = SENTENCES.filter(([language]) => !['ja', 'zh', 'ko', 'th', 'he', 'el'].includes(language)).flatMap(
      ([language, text]) => text.split(' ').map((word) => [language, word] as const),
    );
    // Sentences of eight words drawn in one language: every word occurs in many of them.
    let same = 0;
    let all = 0;
    for (let i = 0; i < words.length; i++) {
      const [language] = words[i] ?? [''];
      const own = words.filter(([of]) => of === language);
      const text = Array.from({ length: 8 }, (_, k) => own[(i * 7 + k * 3) % own.length]?.[1]).join(' ');
      if (languages.detect(text) === 'unsure') continue;
      all++;
      if (languages.detect(text) === eld.detect(text).language) same++;
    }
    assert.ok(all > 80 && same / all >= 0.97, `${same} of ${all}`);
  });

  it('does not depend on what was read before', () => {
    const fresh = new LanguageDetector();
    const used = new LanguageDetector();
    // More different words than it remembers.
    const letters = (n: number): string =>
      Array.from({ length: 4 }, (_, k) => 'abcdefghijklmnopqrstuvwxyz'[Math.floor(n / 26 ** k) % 26]).join('');
    for (let i = 0; i < 60_000; i++) used.detect(`${letters(i)} qqqqqqqqqqqqqqqqqqqq`);
    for (const [, text] of SENTENCES) assert.equal(used.detect(text), fresh.detect(text));
  });
});
