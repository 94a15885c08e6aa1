/**
 * What the desk says beside its refusals, in the other languages of the window: by what an export was recognised, what is asked
 * and noted before an import, what does not work on this computer. As messages/sentences.ts, of which it is a part.
 */
import type { Locale } from '../i18n/locale.ts';

export const REMARKS: Readonly<Record<Exclude<Locale, 'en'>, Readonly<Record<string, string>>>> = {
  de: {
    // What lies there, and by what it was recognised.
    'It begins like a Parquet file.': 'Die Datei beginnt wie Parquet.',
    'Every line is a JSON object.': 'Jede Zeile ist ein JSON-Objekt.',
    'It is a JSON list of objects.': 'Es ist eine JSON-Liste von Objekten.',
    'It is JSON with a list of objects under "{name}".': 'Es ist JSON mit einer Liste von Objekten unter „{name}“.',
    'It is a table of {n} columns between {sign}.{letters}':
      'Es ist eine Tabelle mit {n} Spalten, getrennt durch {sign}.{letters}',
    'It is one column called "{name}".{letters}': 'Es ist eine einzige Spalte namens „{name}“.{letters}',
    'Its columns are those of a Reddit data request.{letters}':
      'Die Spalten sind die einer Datenauskunft von Reddit.{letters}',
    'Its columns are those of DiscordChatExporter.{letters}': 'Die Spalten sind die von DiscordChatExporter.{letters}',
    'It names a guild and a channel, as DiscordChatExporter does.':
      'Server und Kanal werden genannt, wie DiscordChatExporter es tut.',
    'Its messages have the fields of DiscordChatExporter.': 'Die Nachrichten haben die Felder von DiscordChatExporter.',
    'It is one chat with a type and a number, as Telegram Desktop writes it.':
      'Es ist ein Chat mit Art und Nummer, wie Telegram Desktop ihn schreibt.',
    'Its messages have the fields of Telegram Desktop.': 'Die Nachrichten haben die Felder von Telegram Desktop.',
    'It holds the chats of a whole Telegram account.': 'Es sind die Chats eines ganzen Telegram-Kontos.',
    'It begins like the export of a whole Telegram account.':
      'Die Datei beginnt wie der Export eines ganzen Telegram-Kontos.',
    'It is the outbox of a Mastodon archive.': 'Es ist der Postausgang eines Mastodon-Archivs.',
    'Its items are posts of an outbox.': 'Die Einträge sind Beiträge aus einem Postausgang.',
    'Its lines are comments of a Reddit dump.': 'Die Zeilen sind Kommentare eines Reddit-Abzugs.',
    'Its lines are posts of a Reddit dump.': 'Die Zeilen sind Beiträge eines Reddit-Abzugs.',
    "It is an answer of Reddit's API.": 'Es ist eine Antwort der API von Reddit.',
    'It is an answer of the API of a Reddit archive.': 'Es ist eine Antwort der API eines Reddit-Archivs.',
    'Chosen by hand.': 'Von Hand gewählt.',
    'It is empty: not one byte is in it. Export or copy it again.':
      'Die Datei ist leer, kein einziges Byte ist darin. Exportieren oder kopieren Sie sie noch einmal.',
    'It holds nothing but spaces and line breaks. Export or copy it again.':
      'Es sind nur Leerzeichen und Zeilenumbrüche darin. Exportieren oder kopieren Sie noch einmal.',
    'It is text without columns, and no line begins like a message of a known export.':
      'Es ist Text ohne Spalten, und keine Zeile beginnt wie eine Nachricht eines bekannten Exports.',
    'It is JSON, but holds no list of messages. If it is an export, it was cut before its first message: export it again.':
      'Es ist JSON, aber ohne eine Liste von Nachrichten. Wenn es ein Export ist, wurde er vor der ersten Nachricht abgeschnitten: Exportieren Sie noch einmal.',
    'It is JSON, but no list of messages begins in its first 64 kB.':
      'Es ist JSON, aber in den ersten 64 kB beginnt keine Liste von Nachrichten.',
    'It is the HTML of DiscordChatExporter, made for reading. Export the channel again and choose JSON as format.':
      'Es ist das HTML von DiscordChatExporter, zum Lesen gemacht. Exportieren Sie den Kanal noch einmal, mit JSON als Format.',
    'It is the plain text of DiscordChatExporter. Export the channel again and choose JSON as format.':
      'Es ist der reine Text von DiscordChatExporter. Exportieren Sie den Kanal noch einmal, mit JSON als Format.',
    "It is from Discord's own data package, which holds only one person's messages without their context. Export the channels with DiscordChatExporter as JSON.":
      'Es ist aus dem Datenpaket von Discord, in dem nur die Nachrichten einer Person ohne Zusammenhang stehen. Exportieren Sie die Kanäle mit DiscordChatExporter als JSON.',
    'It is the HTML export of Telegram. In Telegram Desktop, export the chat again and choose "Machine-readable JSON".':
      'Es ist der HTML-Export von Telegram. Exportieren Sie den Chat in Telegram Desktop noch einmal, als „Machine-readable JSON“.',
    "It is WhatsApp's encrypted backup, which cannot be read. In WhatsApp, open the chat, then More, Export chat.":
      'Es ist die verschlüsselte Sicherung von WhatsApp, die nicht lesbar ist. Öffnen Sie in WhatsApp den Chat, dann Mehr, Chat exportieren.',
    "It is WhatsApp's database, which is not read. In WhatsApp, open the chat, then More, Export chat.":
      'Es ist die Datenbank von WhatsApp, die nicht gelesen wird. Öffnen Sie in WhatsApp den Chat, dann Mehr, Chat exportieren.',
    'It is a database. Export the messages from it as CSV or JSON lines.':
      'Es ist eine Datenbank. Exportieren Sie die Nachrichten daraus als CSV oder JSON-Zeilen.',
    'It is a web page. Export the messages as JSON or CSV instead.':
      'Es ist eine Webseite. Exportieren Sie die Nachrichten stattdessen als JSON oder CSV.',
    'It is a signed file of decisions, without any messages. Merge it instead (`moderato merge`).':
      'Es ist eine signierte Datei mit Entscheidungen, ohne Nachrichten. Führen Sie sie stattdessen zusammen (`moderato merge`).',
    'It is from an evidence file: proof for others, and no export. `moderato evidence verify` checks such a file.':
      'Es gehört zu exportierten Belegen: ein Nachweis für andere und kein Export. `moderato evidence verify` prüft eine solche Datei.',
    'It is a table in the old form of Excel. Save it as CSV (UTF-8).':
      'Es ist eine Tabelle im alten Format von Excel. Speichern Sie sie als CSV (UTF-8).',
    'It is the profile of a Mastodon archive; the posts are in outbox.json.':
      'Es ist das Profil eines Mastodon-Archivs; die Beiträge stehen in outbox.json.',
    'It is a list of likes or bookmarks of a Mastodon archive: addresses without words.':
      'Es ist eine Liste von Favoriten oder Lesezeichen eines Mastodon-Archivs: Adressen ohne Worte.',
    'It is the JSON of Slack, which is not read. Turn it into CSV or JSON lines with the columns id, author, date and text.':
      'Es ist das JSON von Slack, das nicht gelesen wird. Machen Sie CSV oder JSON-Zeilen daraus, mit den Spalten id, author, date und text.',
    'It is the JSON of Facebook Messenger or Instagram, which is not read. Turn it into CSV or JSON lines with the columns author, date and text.':
      'Es ist das JSON von Facebook Messenger oder Instagram, das nicht gelesen wird. Machen Sie CSV oder JSON-Zeilen daraus, mit den Spalten author, date und text.',
    'It is an encrypted Parquet file. Save it without encryption.':
      'Es ist verschlüsseltes Parquet. Speichern Sie es ohne Verschlüsselung.',

    // What is asked and noted before an import.
    'It could also be read as {format}: {why} Which is it?':
      'Es könnte auch als {format} gelesen werden: {why} Was ist es?',
    'Which column holds the text of the messages?': 'In welcher Spalte steht der Text der Nachrichten?',
    'Does {date} have the day or the month first? {why}': 'Steht in {date} der Tag vorn oder der Monat? {why}',
    'a date in this file': 'einem Datum in dieser Datei',
    '{n} of its {all} posts are direct messages, which are private mail.':
      '{n} der {all} Beiträge sind Direktnachrichten, also private Post.',
    '{why} Its {n} parts are one table.': '{why} Die {n} Teile sind eine Tabelle.',
    'It is the list of another table of this Reddit data request without the texts.':
      'Es ist die Liste einer anderen Tabelle dieser Datenauskunft von Reddit, ohne die Texte.',
    'It lies with a {format} export as one of its files. Import it alone if you want its rows.':
      'Es liegt als eine der Dateien bei einem Export von {format}. Importieren Sie es allein, wenn Sie die Zeilen möchten.',
    'It is a JSON list without anything in it.': 'Es ist eine JSON-Liste, in der nichts steht.',
    'It is one JSON object on one line.': 'Es ist ein JSON-Objekt in einer Zeile.',
    ' Its letters are read as Windows-1252.': ' Die Buchstaben werden als Windows-1252 gelesen.',
    '{n} of its first {all} lines begin with date and time as WhatsApp writes them.':
      '{n} der ersten {all} Zeilen beginnen mit Datum und Uhrzeit, wie WhatsApp sie schreibt.',

    // By what the order of day and month was told.
    'The year stands first in its dates.': 'In den Daten steht das Jahr vorn.',
    'Its dates name the month.': 'Die Daten nennen den Monat beim Namen.',
    '{some} dates exist only in this order.': '{some} Daten gibt es nur in dieser Reihenfolge.',
    Some: 'Manche',
    Most: 'Die meisten',
    'Dates in the names of its media agree.': 'Die Daten in den Namen der Medien passen dazu.',
    'Only so its messages follow each other in time.': 'Nur so folgen die Nachrichten zeitlich aufeinander.',
    'Its dates read the same either way.': 'Die Daten sind so und so dieselben.',
    'Dates with dots or hyphens have the day first.': 'In Daten mit Punkten oder Strichen steht der Tag vorn.',
    'Its times have AM and PM, as American phones write them.':
      'Die Uhrzeiten haben AM und PM, wie amerikanische Telefone sie schreiben.',
    'Its times have am and pm in small letters.': 'Die Uhrzeiten haben am und pm in kleinen Buchstaben.',
    'Its placeholders are not in English, and elsewhere the day stands first.':
      'Die Platzhalter sind nicht englisch, und anderswo steht der Tag vorn.',
    'Nothing in the file decides; most phones write the day first.':
      'Nichts in der Datei entscheidet es; die meisten Telefone schreiben den Tag vorn.',

    // What does not work on this computer, and of the workspace's own file.
    'it has {n} bytes instead of {size}': 'es sind {n} Bytes statt {size}',
    'its SHA-256 is {sum}': 'die SHA-256 ist {sum}',
    'No native libraries are installed. {instead}': 'Es sind keine nativen Bibliotheken da. {instead}',
    'The folder of {what} {problem}': 'Der Ordner für {what} {problem}',
    calibration: 'Messwerte',
    'added models': 'hinzugefügte Modelle',
    'is on a disk with less than 100 MB left.': 'liegt auf einem Datenträger mit weniger als 100 MB Platz.',
    'cannot be written: check the permissions of {folder}.':
      'ist nicht beschreibbar: Prüfen Sie die Rechte von {folder}.',
    'No adapter comes with this program: train one with `moderato train` and name it with --adapter.':
      'Diesem Programm liegt kein Adapter bei: Trainieren Sie einen mit `moderato train`, und nennen Sie ihn mit --adapter.',
    'The file of {id} is {state}: get it again.': 'Die Datei von {id} ist {state}: Holen Sie sie noch einmal.',
    changed: 'verändert',
    missing: 'nicht da',
    '{backend} is not used: {why}': '{backend} wird nicht benutzt: {why}',
    'it failed its check': 'die Prüfung ist gescheitert',
    'No package of node-llama-cpp for {backend} is installed on this machine ({system} {processor}).':
      'Auf diesem Computer ist kein Paket von node-llama-cpp für {backend} ({system} {processor}).',
    '{backend} did not answer within {n} s while {step}. {instead}':
      '{backend} hat in {n} s nicht geantwortet ({step}). {instead}',
    '{backend} computes numbers that are not finite in "{check}". {instead}':
      '{backend} rechnet in „{check}“ Zahlen, die nicht endlich sind. {instead}',
    '{backend} computes wrong numbers: "{check}" is off by {off} of the largest value, where {allowed} is allowed. {instead}':
      '{backend} rechnet falsch: „{check}“ weicht um {off} des größten Wertes ab, erlaubt sind {allowed}. {instead}',
    '{backend} crashed while {step}: the process {how}. {instead}':
      '{backend} ist abgestürzt ({step}): {how}. {instead}',
    'Install Moderato again (in a checkout of its sources: npm ci).':
      'Installieren Sie Moderato noch einmal (in einem Checkout der Quellen: npm ci).',
    'Update the graphics driver; until then the CPU is used.':
      'Aktualisieren Sie den Grafiktreiber; bis dahin rechnet der Prozessor.',
    'a row of {table} points nowhere': 'eine Zeile von {table} zeigt ins Leere',
    'the counts of messages are not those of the rows': 'die Zahlen der Nachrichten sind nicht die der Zeilen',
  },
};
