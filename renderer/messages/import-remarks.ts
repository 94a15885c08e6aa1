/**
 * What an import says of rows that it could not read, and of files that are not whole, in the other languages of the window. As
 * messages/sentences.ts, of which it is a part: a value may be a sentence of its own here.
 */
import type { Locale } from '../i18n/locale.ts';

export const IMPORT_REMARKS: Readonly<Record<Exclude<Locale, 'en'>, Readonly<Record<string, string>>>> = {
  de: {
    // Why a row was rejected.
    'Line {n} holds NUL bytes.': 'Zeile {n} enthält NUL-Bytes.',
    'Line {n} opens a quote that is never closed.': 'Zeile {n} öffnet ein Anführungszeichen, das nie geschlossen wird.',
    'The file ends in the middle of line {n}.': 'Die Datei endet mitten in Zeile {n}.',
    'Line {n} is longer than {limit} MB; only its beginning is kept.':
      'Zeile {n} ist länger als {limit} MB; nur ihr Anfang ist aufbewahrt.',
    'Line {n} is not a JSON object.': 'Zeile {n} ist kein JSON-Objekt.',
    'Line {n} is not valid JSON.': 'Zeile {n} ist kein gültiges JSON.',
    'Line {n} has {found} cells where the header has {expected}.':
      'Zeile {n} hat {found} Zellen, die Kopfzeile {expected}.',
    'Message {n} has no id.': 'Nachricht {n} hat keine Nummer.',
    'Post {n} has no id.': 'Beitrag {n} hat keine Nummer.',
    'Post {n} is neither a post nor a boost.': 'Beitrag {n} ist weder ein Beitrag noch ein geteilter.',
    'Row {n} has no id.': 'Zeile {n} hat keine Nummer.',
    'Row {n} has no data.': 'Zeile {n} enthält nichts.',
    'Row {n} is neither a comment nor a post.': 'Zeile {n} ist weder ein Kommentar noch ein Beitrag.',
    'Row {n} and what answers it are nested too deeply.': 'Zeile {n} und ihre Antworten sind zu tief verschachtelt.',
    'Row {n} is longer than {limit} MB.': 'Zeile {n} ist länger als {limit} MB.',
    'The message on {where} is longer than {limit} MB.': 'Die Nachricht in {where} ist länger als {limit} MB.',
    '{where} is longer than {limit} MB; only its beginning is kept.':
      '{where} ist länger als {limit} MB; nur der Anfang ist aufbewahrt.',
    '{where} is not an object.': '{where} ist kein Objekt.',
    '{where} is not valid JSON.': '{where} ist kein gültiges JSON.',
    '{where} stands before the first message.': '{where} steht vor der ersten Nachricht.',
    '{where} has a date that does not exist with the {order}.': '{where} hat ein Datum, das es mit {order} nicht gibt.',
    'day first': 'dem Tag vorn',
    'month first': 'dem Monat vorn',
    'year first': 'dem Jahr vorn',
    'Line {n}': 'Zeile {n}',
    'Message {n} (byte {offset})': 'Nachricht {n} (Byte {offset})',
    'Post {n} (byte {offset})': 'Beitrag {n} (Byte {offset})',
    'Row {n} (byte {offset})': 'Zeile {n} (Byte {offset})',

    // A file that is not whole.
    'The file ends {how}; the rows before it were read. It was cut off: export or copy it again.{more}':
      'Die Datei endet {how}; die Zeilen davor wurden gelesen. Sie ist abgeschnitten: Exportieren oder kopieren Sie sie noch einmal.{more}',
    'The file ends {how}; all {n} rows before it were read. It was cut off: export or copy it again to get the rest.{more}':
      'Die Datei endet {how}; alle {n} Zeilen davor wurden gelesen. Sie ist abgeschnitten: Exportieren oder kopieren Sie sie noch einmal, um den Rest zu bekommen.{more}',
    'The file ends {how} (byte {offset}); {before}. It was cut off: export or copy it again to get the rest.{more}':
      'Die Datei endet {how} (Byte {offset}); {before}. Sie ist abgeschnitten: Exportieren oder kopieren Sie sie noch einmal, um den Rest zu bekommen.{more}',
    'What follows at byte {offset}, where {next} should stand, is not JSON; {before}, and nothing after it. Export the file again.':
      'Was ab Byte {offset} folgt, wo {next} stehen sollte, ist kein JSON; {before}, und danach nichts. Exportieren Sie die Datei noch einmal.',
    'The file ends too early; the messages before were read. Copy it again. {more}':
      'Die Datei endet zu früh; die Nachrichten davor wurden gelesen. Kopieren Sie sie noch einmal. {more}',
    'The file was read to its end, but its container is damaged. {more}':
      'Die Datei wurde bis zum Ende gelesen, aber ihr Archiv ist beschädigt. {more}',
    'too early': 'zu früh',
    'in the middle of the row on line {n}': 'mitten in der Zeile {n}',
    'in the middle of line {n}': 'mitten in Zeile {n}',
    'in the middle of {what}': 'mitten in {what}',
    'before {what}': 'vor {what}',
    'message {n}': 'Nachricht {n}',
    'post {n}': 'Beitrag {n}',
    'row {n}': 'Zeile {n}',
    'line {n}': 'Zeile {n}',
    'nothing before it could be read': 'davor war nichts lesbar',
    'all {n} before it were read': 'alle {n} davor wurden gelesen',

    // What does not look right in it.
    'A quote opened on line {n} is never closed; the row on that line was rejected.':
      'Ein Anführungszeichen in Zeile {n} wird nie geschlossen; diese Zeile wurde zurückgewiesen.',
    'This kind of export has no ids, replies or edits, and joins and pins look like messages; the JSON export has all of it.':
      'Diese Art von Export hat keine Nummern, Antworten und Änderungen, und Beitritte und Anheftungen sehen wie Nachrichten aus; im JSON-Export steht das alles.',
    'The dates of {n} rows are in a form that could not be understood; they have none.':
      'Die Daten von {n} Zeilen waren nicht zu verstehen; sie haben keines.',
    'The file says that it holds {declared} messages; {n} are in it. It was probably edited.':
      'Laut Datei sind {declared} Nachrichten darin; es sind {n}. Wahrscheinlich wurde sie bearbeitet.',
    "The times of {n} messages differ by more than a day from the times in their ids; the file's times were taken.":
      'Die Zeiten von {n} Nachrichten weichen um mehr als einen Tag von denen in ihren Nummern ab; es gelten die der Datei.',
    'The file does not say which channel it is from; its messages were put under a channel without a name.':
      'Die Datei sagt nicht, aus welchem Kanal sie ist; ihre Nachrichten stehen unter einem Kanal ohne Namen.',
    "The file does not say which channel it is from; the channel was taken from the file's name.":
      'Die Datei sagt nicht, aus welchem Kanal sie ist; der Kanal wurde ihrem Namen entnommen.',
    'The file does not give the id of a chat; its messages were put under a chat without a number.':
      'Die Datei nennt die Nummer eines Chats nicht; seine Nachrichten stehen unter einem Chat ohne Nummer.',
    'The file is not UTF-8; it was read as Windows-1252. Check that letters with accents look right.':
      'Die Datei ist kein UTF-8; sie wurde als Windows-1252 gelesen. Prüfen Sie, ob Umlaute stimmen.',
    'Some bytes of the file are no valid UTF-8; they were replaced by \uFFFD, also in the raw rows.':
      'Manche Bytes der Datei sind kein gültiges UTF-8; sie wurden durch \uFFFD ersetzt, auch in den Zeilen, wie sie dastehen.',
    'In {n} rows a spreadsheet has rounded the id to the form 1.23E+17; they were imported without an id. Save the table with that column as text to keep ids.':
      'In {n} Zeilen hat eine Tabellenkalkulation die Nummer zu 1.23E+17 gerundet; sie wurden ohne Nummer importiert. Speichern Sie die Tabelle mit dieser Spalte als Text, damit sie bleiben.',
    'In {n} rows the time could not be understood; they have none.':
      'In {n} Zeilen war die Zeit nicht zu verstehen; sie haben keine.',
    '{why} If {date} has the month first, import again and say so.':
      '{why} Steht in {date} der Monat vorn, importieren Sie noch einmal und sagen Sie es.',
    commas: 'Kommas',
    semicolons: 'Strichpunkte',
    tabs: 'Tabulatoren',
    bars: 'senkrechte Striche',
    'a sign of its own': 'ein eigenes Zeichen',
  },
};
