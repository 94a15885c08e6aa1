import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { eld } from 'eld/small';
import { languagePieces } from '../../../build/language-pieces.ts';
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

const DECIDED_BY_SCRIPT = new Set('el hy he bn pa gu or ta te kn ml si th lo bo my ka ko am km ja zh'.split(' '));

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

  it('is what eld says, to the letter', () => {
    const languages = new LanguageDetector();
    const sign = fc.oneof(
      { weight: 30, arbitrary: fc.constantFrom(...SENTENCES.flatMap(([, text]) => text.split(/(?<= )/))) },
      { weight: 3, arbitrary: fc.constantFrom(' ', "'", '’', '`', " '", '12', '…', '-', '\n', '👍') },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 5 }) },
      { weight: 1, arbitrary: fc.constantFrom('x'.repeat(90), 'ß'.repeat(300), 'é'.repeat(69)) },
    );
    // A script that one language is written in decides here before eld is asked.
    const judged = fc.array(sign, { minLength: 1, maxLength: 60 }).map((signs) => signs.join(''));
    let compared = 0;
    fc.assert(
      fc.property(judged, (text) => {
        const language = languages.detect(text);
        if (language === 'unsure' || DECIDED_BY_SCRIPT.has(language)) return;
        compared++;
        assert.equal(language, eld.detect(text).language);
      }),
      { numRuns: 2_000 },
    );
    assert.ok(compared > 500, `${compared} texts were compared`);
  });

  it('comes from the table that the library at hand gives', async () => {
    assert.ok(readFileSync('desk/importers/language-pieces.bin').equals(await languagePieces()));
  });

  it('does not depend on what was read before', () => {
    const fresh = new LanguageDetector();
    const used = new LanguageDetector();
    for (let round = 0; round < 50; round++)
      for (const [, text] of SENTENCES.toReversed()) used.detect(text.slice(round));
    for (const [, text] of SENTENCES) assert.equal(used.detect(text), fresh.detect(text));
  });
});
