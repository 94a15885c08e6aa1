/**
 * Sentences that the desk says ready-made, in the other languages of the window. Each is keyed by the desk's own words, with a
 * name in braces for each value; a value that is such a sentence itself is said in the language, too. What is not here is shown
 * as the desk says it. tests/renderer/sentences.test.ts holds them against the desk's sources.
 */
import type { Locale } from '../i18n/locale.ts';
import { MODEL_SENTENCES } from './model-sentences.ts';
import { IMPORT_REMARKS } from './import-remarks.ts';
import { REMARKS } from './remarks.ts';

export const SENTENCES: Readonly<Record<Exclude<Locale, 'en'>, Readonly<Record<string, string>>>> = {
  de: {
    // The file of a workspace.
    'There is no workspace {name}.': 'Es gibt keinen Arbeitsbereich {name}.',
    'There is no folder {folder}.': 'Es gibt keinen Ordner {folder}.',
    'Check the path, or make the folder first.': 'Prüfen Sie den Pfad, oder legen Sie den Ordner zuerst an.',
    'Check the path, or import something into it: that makes it.':
      'Prüfen Sie den Pfad, oder importieren Sie etwas: Dabei entsteht er.',
    'There is already a file {name}.': 'Es gibt schon eine Datei {name}.',
    'Open it, or choose another name.': 'Öffnen Sie sie, oder wählen Sie einen anderen Namen.',
    '{name} is not a Moderato workspace: {why}. It was not touched.':
      '{name} ist kein Arbeitsbereich von Moderato: {why}. Die Datei ist, wie sie war.',
    'Choose a file that Moderato made (NAME.moderato). To read an export, import it instead of opening it.':
      'Wählen Sie eine Datei, die Moderato gemacht hat (NAME.moderato). Ein Export wird nicht geöffnet, sondern importiert.',
    '{name} was made by a newer Moderato (schema {version}, this program knows {known}).':
      '{name} wurde mit einem neueren Moderato gemacht (Schema {version}, dieses kennt {known}).',
    'Install the newer program. The file was not touched.':
      'Installieren Sie das neuere Programm. Die Datei ist, wie sie war.',
    '{name} was made by a newer Moderato.': '{name} wurde mit einem neueren Moderato gemacht.',
    '{what} It can be read here, not changed: install the newer program to go on with it.':
      '{what} Hier ist nur Lesen möglich: Installieren Sie das neuere Programm, um weiterzuarbeiten.',
    'It can be read here, not changed: install the newer program to go on with it.':
      'Hier ist nur Lesen möglich: Installieren Sie das neuere Programm, um weiterzuarbeiten.',
    '{name} was changed by another program: {what}. It is not opened, because such changes can run code.':
      'Ein anderes Programm hat {name} verändert: {what}. Die Datei wird nicht geöffnet, weil so etwas Code ausführen kann.',
    'The key from which this workspace makes pseudonyms is missing.':
      'Der Schlüssel, aus dem dieser Arbeitsbereich Pseudonyme macht, fehlt.',
    'Go on with your last copy of it.': 'Arbeiten Sie mit Ihrer letzten Kopie weiter.',
    'Go on with your last copy of the file.': 'Arbeiten Sie mit Ihrer letzten Kopie der Datei weiter.',
    '{name} is damaged: {why}.': '{name} ist beschädigt: {why}.',
    'Keep the file as it is and go on with your last copy of it.':
      'Lassen Sie die Datei, wie sie ist, und arbeiten Sie mit Ihrer letzten Kopie weiter.',
    '{name} is encrypted.': '{name} ist verschlüsselt.',
    'Give its passphrase, or its recovery key.': 'Geben Sie die Passphrase oder den Wiederherstellungsschlüssel an.',
    'This does not open {name}.': 'Das öffnet {name} nicht.',
    'Check the passphrase (capitals, keyboard), or use the recovery key that was shown when it was set.':
      'Prüfen Sie die Passphrase (Großbuchstaben, Tastatur), oder nehmen Sie den Wiederherstellungsschlüssel, der damals gezeigt wurde.',
    'This is not a recovery key: a sign is missing or wrong.':
      'Das ist kein Wiederherstellungsschlüssel: Ein Zeichen fehlt oder ist falsch.',
    'Type it as it was printed; lines and spaces do not matter.':
      'Schreiben Sie ihn, wie er gedruckt wurde; Zeilen und Leerzeichen sind gleich.',
    '{name} is open in another Moderato{who}.': '{name} ist in einem anderen Moderato geöffnet{who}.',
    'Close it there, or wait until it is done.':
      'Schließen Sie den Arbeitsbereich dort, oder warten Sie, bis es fertig ist.',
    'Another program is writing to {name} and did not finish in time.':
      'Ein anderes Programm schreibt in {name} und wurde nicht rechtzeitig fertig.',
    'Close the other Moderato window or wait until its import is done, then try again.':
      'Schließen Sie das andere Moderato oder warten Sie, bis sein Import fertig ist; dann versuchen Sie es noch einmal.',
    '{name} cannot be read.': '{name} ist nicht lesbar.',
    'Change the permissions of the file, or copy it to a folder of your own.':
      'Ändern Sie die Rechte der Datei, oder kopieren Sie sie in einen eigenen Ordner.',
    '{name} cannot be written where it is.': '{name} ist nicht beschreibbar, wo die Datei liegt.',
    'Moderato needs to write to the file and beside it: move it to a folder of your own, or change the permissions.':
      'Moderato muss in die Datei und neben sie schreiben: Legen Sie sie in einen eigenen Ordner, oder ändern Sie die Rechte.',
    'There is no room left on the disk that holds {name}. What was already saved is kept.':
      'Auf dem Datenträger mit {name} ist kein Platz mehr. Was gespeichert war, bleibt.',
    'Free some space, then run the same command again: it goes on where it stopped.':
      'Schaffen Sie Platz, dann versuchen Sie es noch einmal: Es geht weiter, wo es aufgehört hat.',
    'The disk that holds {name} reported an error ({code}). What was already saved is kept.':
      'Der Datenträger mit {name} meldet einen Fehler ({code}). Was gespeichert war, bleibt.',
    'Check the disk or the network drive, then try again with the workspace on a local disk.':
      'Prüfen Sie den Datenträger oder das Netzlaufwerk, dann versuchen Sie es mit dem Arbeitsbereich auf diesem Computer.',
    'The part of Moderato that writes {name} has stopped. What was already saved is kept.':
      'Der Teil von Moderato, der {name} schreibt, ist stehen geblieben. Was gespeichert war, bleibt.',
    'Close the workspace and open it again, then go on.':
      'Schließen Sie den Arbeitsbereich und öffnen Sie ihn wieder, dann geht es weiter.',
    'The workspace lies on a network drive ({kind}). Writing is slower and less safe there: better keep it on a disk of this computer.':
      'Der Arbeitsbereich liegt auf einem Netzlaufwerk ({kind}). Dort ist Schreiben langsamer und weniger sicher: Besser liegt er auf diesem Computer.',
    'The workspace lies in a folder that {service} copies to other computers. Its messages leave this machine that way, and a copy taken while it is written can be damaged: better keep it in a folder that is not synchronised.':
      'Der Arbeitsbereich liegt in einem Ordner, den {service} auf andere Computer kopiert. So verlassen Nachrichten diesen Computer, und eine Kopie von mitten im Schreiben kann beschädigt sein: Besser liegt er in einem Ordner, der nicht synchronisiert wird.',
    'No workspace is open.': 'Es ist kein Arbeitsbereich geöffnet.',
    'Open one first.': 'Öffnen Sie zuerst einen.',
    'Nothing is locked.': 'Es ist nichts gesperrt.',
    'Open a workspace.': 'Öffnen Sie einen Arbeitsbereich.',
    '{path} is open.': '{path} ist geöffnet.',
    '{path} is not open.': '{path} ist nicht geöffnet.',
    'What is open is {path}.': 'Geöffnet ist {path}.',
    'Close it first.': 'Schließen Sie ihn zuerst.',
    'This workspace is not encrypted.': 'Dieser Arbeitsbereich ist nicht verschlüsselt.',
    'Set a passphrase first.': 'Setzen Sie zuerst eine Passphrase.',
    'This workspace is encrypted.': 'Dieser Arbeitsbereich ist verschlüsselt.',
    'Give the passphrase that it has now, too.': 'Geben Sie auch die jetzige Passphrase an.',
    '{path} could not be deleted: {why}.': '{path} war nicht zu löschen: {why}.',
    'See who may write in its folder, and delete the file there.':
      'Sehen Sie nach, wer in seinem Ordner schreiben darf, und löschen Sie die Datei dort.',
    '{messages} on hold.': '{messages} zurückgehalten.',
    'One message is': 'Eine Nachricht wird',
    '{n} messages are': '{n} Nachrichten werden',
    'Release what is on hold first, if nobody needs it any more.':
      'Geben Sie zuerst frei, was zurückgehalten wird, wenn es niemand mehr braucht.',
    'All {n} of these messages are on hold.': 'Alle {n} Nachrichten werden zurückgehalten.',
    'This message is on hold.': 'Diese Nachricht wird zurückgehalten.',
    'Release what is on hold first, if that is right.': 'Geben Sie sie zuerst frei, wenn das richtig ist.',
    'What was set could not be kept: {why}.': 'Die Einstellung war nicht zu speichern: {why}.',
    'Make room on the disk, or see who may write there.':
      'Schaffen Sie Platz, oder sehen Sie nach, wer dort schreiben darf.',

    // Decisions.
    'The text has changed since it was shown.': 'Der Text ist ein anderer, als gezeigt wurde.',
    'All of these texts have changed since they were shown.': 'Alle diese Texte sind andere, als gezeigt wurden.',
    'Read what it says now, then decide.': 'Lesen Sie, was jetzt dasteht, dann entscheiden Sie.',
    'The filter hits {n} messages now, not {expected}.': 'Der Filter trifft jetzt {n} Nachrichten, nicht {expected}.',
    'Look at them again, then decide.': 'Sehen Sie sie noch einmal an, dann entscheiden Sie.',
    'There is no message number {id}, or it was erased.': 'Nachricht {id} gibt es nicht, oder sie wurde gelöscht.',
    'Go on with the next one.': 'Machen Sie mit der nächsten weiter.',
    'There is no such message.': 'Diese Nachricht gibt es nicht.',
    'Nothing was erased.': 'Es wurde nichts gelöscht.',
    'This message is not on hold.': 'Diese Nachricht wird nicht zurückgehalten.',
    'Nothing was changed.': 'Es wurde nichts verändert.',
    'There is nothing to undo.': 'Es gibt nichts zurückzunehmen.',
    '{name} has done nothing yet, or has taken all of it back.':
      '{name} hat noch nichts getan oder alles zurückgenommen.',
    'There is nothing to do again.': 'Es gibt nichts zu wiederholen.',
    'Only what was just undone can be done again, before anything else is decided.':
      'Nur was eben zurückgenommen wurde, lässt sich wiederholen, bevor etwas anderes entschieden ist.',
    'Nobody has decided this message yet.': 'Diese Nachricht hat noch niemand entschieden.',
    'Only what was decided can be reopened.': 'Wieder öffnen lässt sich nur, was entschieden ist.',
    'No message was named.': 'Es wurde keine Nachricht genannt.',
    'Name at least one.': 'Nennen Sie mindestens eine.',
    'This message was reopened so that somebody else decides it.':
      'Diese Nachricht wurde wieder geöffnet, damit jemand anderes sie entscheidet.',
    'Leave it to another reviewer; it is not in your queue.':
      'Überlassen Sie sie jemand anderem; in Ihrer Liste steht sie nicht.',
    'Reviewers do not see this message differently.': 'Über diese Nachricht gibt es keine zwei Meinungen.',
    'Decide it without settling anything.': 'Entscheiden Sie, ohne einen Streit zu beenden.',
    'Whoever decided this message cannot settle what others see differently.':
      'Wer diese Nachricht entschieden hat, beendet nicht den Streit darüber.',
    'Leave it to a reviewer who has not decided it, or decide it anew.':
      'Überlassen Sie sie jemandem, der sie nicht entschieden hat, oder entscheiden Sie neu.',
    '{name} decided in another workspace: nobody can decide under that name here.':
      '{name} hat in einem anderen Arbeitsbereich entschieden: Unter diesem Namen entscheidet hier niemand.',
    'Choose a reviewer of this workspace, or add one.':
      'Nehmen Sie einen Namen dieses Arbeitsbereichs, oder einen neuen.',
    'The key of {name} is in another workspace: nobody can sign with it here.':
      'Der Schlüssel von {name} liegt in einem anderen Arbeitsbereich: Hier unterschreibt damit niemand.',
    'Choose a reviewer of this workspace.': 'Nehmen Sie einen Namen dieses Arbeitsbereichs.',
    'Another window opened another workspace meanwhile. Nothing was written.':
      'Ein anderes Fenster hat inzwischen einen anderen Arbeitsbereich geöffnet. Es wurde nichts geschrieben.',
    'Look at what is shown now, then go on.': 'Sehen Sie sich an, was jetzt zu sehen ist, dann machen Sie weiter.',
    'There is no reviewer number {id}.': 'Eine Person mit der Nummer {id} gibt es hier nicht.',
    'List the reviewers and choose one of them.': 'Wählen Sie eine der vorhandenen.',
    'There is already a reviewer called {name}.': 'Es gibt hier schon jemanden namens {name}.',
    'There is already a policy called {name}.': 'Es gibt schon eine Regel namens {name}.',
    'Choose another name.': 'Wählen Sie einen anderen Namen.',
    'Another label is, or once was, called {name}.': 'Ein anderes Label heißt oder hieß schon {name}.',
    'Choose another name: decisions name their labels.':
      'Wählen Sie einen anderen Namen: Entscheidungen nennen ihre Labels beim Namen.',
    'The key {key} already means {name}.': 'Die Taste {key} steht schon für {name}.',
    'This key belongs to the menus of the program.': 'Diese Taste gehört den Menüs des Programms.',
    'Choose another key.': 'Wählen Sie eine andere Taste.',
    'A label cannot have {sign} in its name.': 'Ein Label kann kein {sign} im Namen haben.',
    'Tables put it between several labels. Choose another name.':
      'In Tabellen steht es zwischen mehreren Labels. Wählen Sie einen anderen Namen.',
    'A reason cannot have {sign} in it.': 'Ein Grund kann kein {sign} enthalten.',
    'Tables put it between several reasons. Write it without, or as a note.':
      'In Tabellen steht es zwischen mehreren Gründen. Schreiben Sie ihn ohne, oder als Notiz.',
    'A marked part lies behind the end of the text.': 'Eine markierte Stelle liegt hinter dem Ende des Textes.',
    'Mark it again.': 'Markieren Sie sie neu.',
    'Parts can be marked in one message only.': 'Stellen lassen sich nur in einer einzelnen Nachricht markieren.',
    'Decide it alone.': 'Entscheiden Sie sie allein.',
    'There is no label number {id}.': 'Ein Label mit der Nummer {id} gibt es nicht.',
    'List the labels and choose one of them.': 'Wählen Sie eines der vorhandenen.',
    'There is no policy number {id}.': 'Eine Regel mit der Nummer {id} gibt es nicht.',
    'List the policies and choose one of them.': 'Wählen Sie eine der vorhandenen.',
    'There is no message that exactly one reviewer has decided.':
      'Es gibt keine Nachricht, die genau eine Person entschieden hat.',
    'Decide some first, then draw from them.': 'Entscheiden Sie zuerst einige, dann wird daraus gezogen.',
    'This is an audit item: it is decided without the model.':
      'Diese Nachricht gehört zur Prüfstichprobe: Sie wird ohne das Modell entschieden.',
    'Decide it first.': 'Entscheiden Sie sie zuerst.',
    '{name} has decided nothing yet.': '{name} hat noch nichts entschieden.',
    'Nothing was written.': 'Es wurde nichts geschrieben.',

    // Pictures beside an export.
    'This attachment is not on this computer.': 'Dieser Anhang liegt nicht auf diesem Computer.',
    'Export again, with its files.': 'Exportieren Sie noch einmal, mit den Dateien.',
    'This picture lies in an archive.': 'Dieses Bild liegt in einem Archiv.',
    'Unpack the archive, and import the folder.': 'Entpacken Sie das Archiv, und importieren Sie den Ordner.',
    'This picture is not beside its export any more.': 'Dieses Bild liegt nicht mehr neben seinem Export.',
    'Put it back to where it was.': 'Legen Sie es zurück, wo es war.',
    'This attachment lies outside of its export.': 'Dieser Anhang liegt außerhalb seines Exports.',
    'Leave it closed.': 'Lassen Sie ihn zu.',
    'This picture is larger than 20 MB.': 'Dieses Bild ist größer als 20 MB.',
    'Open it in another program.': 'Öffnen Sie es in einem anderen Programm.',
    'This attachment is no picture that can be shown.': 'Dieser Anhang ist kein Bild, das hier gezeigt werden kann.',
    'Only PNG, JPEG, GIF and WebP are.': 'Das sind nur PNG, JPEG, GIF und WebP.',
    'This message has no such attachment.': 'Diese Nachricht hat diesen Anhang nicht.',
    'Choose one that it has.': 'Wählen Sie einen, den sie hat.',

    ...MODEL_SENTENCES.de,

    // Files that are read and written.
    'There is no {path}.': 'Es gibt {path} nicht.',
    'There is no test suite in {path}.': 'In {path} gibt es keine Testsammlung.',
    'Name the CSV of HateCheck, HatemojiCheck or Multilingual HateCheck, or the folder that holds them.':
      'Nennen Sie die CSV von HateCheck, HatemojiCheck oder Multilingual HateCheck, oder deren Ordner.',
    'There is no room left for {path}.': 'Für {path} ist kein Platz mehr.',
    '{path} cannot be written: {why}.': '{path} ist nicht zu schreiben: {why}.',
    'Free some space or choose another disk, then start it again.':
      'Schaffen Sie Platz oder wählen Sie einen anderen Datenträger, dann beginnen Sie noch einmal.',
    'Check the path and its permissions.': 'Prüfen Sie den Pfad und die Rechte.',
    'Nothing was written. Choose another name for the new file.':
      'Es wurde nichts geschrieben. Wählen Sie für die neue Datei einen anderen Namen.',
    'The messages, or what was decided about them, changed while the file was made.':
      'Nachrichten oder Entscheidungen haben sich verändert, während die Datei entstand.',
    'Start it again: nothing is left of this one.': 'Beginnen Sie noch einmal: Von dieser ist nichts geblieben.',
    'These are more messages than one zip can hold.': 'Das sind mehr Nachrichten, als ein Zip fasst.',
    'Take fewer at a time.': 'Nehmen Sie weniger auf einmal.',
    '{path} is no file.': '{path} ist keine Datei.',
    'Name the signed file itself.': 'Nennen Sie die signierte Datei selbst.',
    '{path} cannot be read: {why}.': '{path} ist nicht lesbar: {why}.',
    '{path} is no file of signed decisions.': '{path} ist keine Datei mit signierten Entscheidungen.',
    '{path} ends too early: its signature is missing.': '{path} endet zu früh: Die Unterschrift fehlt.',
    'Nothing was merged. Have the file sent once more.':
      'Es wurde nichts übernommen. Lassen Sie sich die Datei noch einmal schicken.',
    'Nothing was merged. Somebody changed the file, or it was damaged on its way: have it sent once more.':
      'Es wurde nichts übernommen. Jemand hat die Datei verändert, oder sie wurde unterwegs beschädigt: Lassen Sie sie sich noch einmal schicken.',
    '{what} was stopped.': '{what}: abgebrochen.',
    'Start it again: it begins anew.': 'Beginnen Sie noch einmal: Es fängt von vorn an.',
    'The import was stopped.': 'Der Import wurde abgebrochen.',
    'Start it again: it goes on from there.': 'Beginnen Sie noch einmal: Es geht dort weiter.',
    'The merge was stopped.': 'Das Zusammenführen wurde abgebrochen.',
    'Nothing was merged.': 'Es wurde nichts übernommen.',
    'Job {id} is over.': 'Auftrag {id} ist beendet.',
    'Start it anew if you want it done again.': 'Beginnen Sie ihn neu, wenn er noch einmal laufen soll.',
    '{file}: holds no export that is recognised (files looked at: {n}). {what}':
      '{file}: enthält keinen Export, der erkannt wird (angesehene Dateien: {n}). {what}',
    '{file}: cannot be opened. {why}': '{file}: lässt sich nicht öffnen. {why}',
    'Check that it is there and readable.': 'Prüfen Sie, ob die Datei da und lesbar ist.',
    '{file}: is a pipe or a device, and an export is read more than once. {what}':
      '{file}: ist eine Pipe oder ein Gerät, und ein Export wird mehr als einmal gelesen. {what}',
    'Write what comes out of it into a file, and take that.':
      'Schreiben Sie in eine Datei, was herauskommt, und nehmen Sie die.',
    '{file}: holds no rows. {what}': '{file}: hat keine Zeilen. {what}',
    'Choose a table with a header and rows.': 'Wählen Sie eine Tabelle mit Kopf und Zeilen.',
    '{file}: no column looks like message text. Its columns are: {names}. {what}':
      '{file}: Keine Spalte sieht nach Nachrichten aus. Die Spalten sind: {names}. {what}',
    'Say which one holds the text.': 'Sagen Sie, welche den Text hat.',
    '{file}: is locked with a password. {what}': '{file}: ist mit einem Passwort verschlossen. {what}',
    'Unpack it and import the file itself.': 'Entpacken Sie es, und importieren Sie die Datei selbst.',
    '{file}: could not be read on. {why} {what}': '{file}: ließ sich nicht weiterlesen. {why} {what}',

    ...REMARKS.de,
    ...IMPORT_REMARKS.de,

    // What is said of what was read.
    'At least {target} of what the model would flag is in your queue ({confidence} confidence); {messages} not read by the model.':
      'Mindestens {target} dessen, was das Modell melden würde, steht in Ihrer Liste (mit {confidence} Sicherheit); {messages} vom Modell nicht gelesen.',
    '1 message was': '1 Nachricht wurde',
    '{n} messages were': '{n} Nachrichten wurden',
    'How much abuse the model itself misses is not known yet.':
      'Wie viel Missbrauch das Modell selbst übersieht, ist noch nicht bekannt.',
    'The model itself misses about {share} of abuse ({low} to {high} with 95% confidence, from {n} audit items).':
      'Das Modell selbst übersieht etwa {share} des Missbrauchs ({low} bis {high} mit 95\u00a0% Sicherheit, aus {n} Nachrichten der Prüfstichprobe).',
    'The scores of {file} are {how} those of the imports before: {now} on average, {before} before (stability index {psi}). Another kind of talk, or more abuse: decide its audit items before you rely on thresholds that were set earlier.':
      'Die Werte von {file} sind {how} die der Importe davor: {now} im Mittel, {before} davor (Stabilitätsindex {psi}). Ein anderer Ton, oder mehr Missbrauch: Entscheiden Sie die Prüfstichprobe daraus, bevor Sie sich auf frühere Schwellen verlassen.',
    'very different from': 'ganz anders als',
    'not quite': 'nicht ganz wie',
  },
};
