/**
 * What the desk says of models: where it refuses one, what stops its engine, what is missing to learn from, and what can be
 * fetched; in the other languages of the window. As messages/sentences.ts, of which it is a part.
 */
import type { Locale } from '../i18n/locale.ts';

export const MODEL_SENTENCES: Readonly<Record<Exclude<Locale, 'en'>, Readonly<Record<string, string>>>> = {
  de: {
    // Models, and learning.
    'No model has read this workspace yet.': 'Noch kein Modell hat diesen Arbeitsbereich gelesen.',
    'Score it first.': 'Lassen Sie ihn zuerst lesen.',
    'Flagged messages of four words or more: {n}. The test takes at least {least}.':
      'Gemeldete Nachrichten mit vier Wörtern oder mehr: {n}. Die Prüfung braucht mindestens {least}.',
    'Import more, or have the model read what it has not read yet.':
      'Importieren Sie mehr, oder lassen Sie das Modell lesen, was es noch nicht gelesen hat.',
    'Taking away the words that are named as causes lowers the score sooner than taking away random words in {n} of {all} messages.':
      'Werden die als Gründe genannten Wörter weggenommen, fällt der Wert in {n} von {all} Nachrichten früher als mit zufälligen Wörtern.',
    'In this workspace the named words are what the model goes by.':
      'In diesem Arbeitsbereich sind die genannten Wörter das, wonach das Modell geht.',
    'That can be chance: do not rely on the named words in this workspace.':
      'Das kann Zufall sein: Verlassen Sie sich in diesem Arbeitsbereich nicht auf die genannten Wörter.',
    'Random words do better: do not rely on the named words in this workspace.':
      'Zufällige Wörter sind besser: Verlassen Sie sich in diesem Arbeitsbereich nicht auf die genannten Wörter.',
    'Where a single added word made the model flag a message, the explanation names that word first in {n} of {all} messages.':
      'Wo ein einziges hinzugefügtes Wort dazu führte, dass das Modell eine Nachricht meldet, nennt die Erklärung dieses Wort in {n} von {all} Nachrichten zuerst.',
    'Run `moderato triage` first.': 'Lassen Sie ihn zuerst lesen.',
    'Score with one first.': 'Lassen Sie zuerst mit einem lesen.',
    '{name} has no adapter.': '{name} hat keinen Adapter.',
    'There are too few decisions to learn from: {n} of {least}.':
      'Es gibt zu wenige Entscheidungen, um daraus zu lernen: {n} von {least}.',
    '{what} It takes {least} in all, with {each} of each of two labels or more. Audit items do not count.':
      '{what} Es braucht {least} insgesamt, mit je {each} von mindestens zwei Labels. Die Prüfstichprobe zählt nicht.',
    'Decide {missing} more or so.': 'Entscheiden Sie noch etwa {missing}.',
    'Decide {n} that have another label.': 'Entscheiden Sie {n}, die ein anderes Label haben.',
    'Decide some more.': 'Entscheiden Sie noch einige.',
    'Only {n} of the decisions say {label}; {least} are needed to learn what is all right.':
      'Nur {n} der Entscheidungen sagen {label}; {least} braucht es, um zu lernen, was in Ordnung ist.',
    'Decide {n} more that are {label}.': 'Entscheiden Sie noch {n}, die {label} sind.',
    'No label means that there is nothing to act on, so that nothing can be told apart from it.':
      'Kein Label heißt, dass nichts zu tun ist; so lässt sich davon nichts unterscheiden.',
    'The queue has {name} already.': 'Die Liste hat {name} schon.',
    'There is no model to go back to.': 'Es gibt kein früheres Modell.',
    'There is no revision number {id}.': 'Ein Modell mit der Nummer {id} gibt es hier nicht.',
    'List the revisions and choose one of them.': 'Wählen Sie eines der vorhandenen.',
    '{name} is not recommended: no difference from the model of the queue was found.':
      '{name} wird nicht empfohlen: Es fand sich kein Unterschied zum Modell der Liste.',
    '{name} is not recommended: it is worse than the model of the queue.':
      '{name} wird nicht empfohlen: Es ist schlechter als das Modell der Liste.',
    '{name} is not recommended: it was not compared with the model that the queue has now.':
      '{name} wird nicht empfohlen: Es wurde nicht mit dem jetzigen Modell der Liste verglichen.',
    'There are no labels to choose from.': 'Es gibt keine Labels zur Auswahl.',
    'There is one label only, and nothing to choose.': 'Es gibt nur ein Label, also nichts auszuwählen.',
    'Label number {id} has a sign in its name that no model can say.':
      'Label {id} hat ein Zeichen im Namen, das kein Modell schreiben kann.',
    'Give it another name, or retire it.': 'Geben Sie ihm einen anderen Namen, oder legen Sie es still.',
    'There is no base model on this computer.': 'Auf diesem Computer gibt es kein Basismodell.',
    'Name one with --model, or take one in with `moderato models add FILE`.':
      'Nehmen Sie in den Einstellungen unter Modelle eines auf.',
    'No adapter was named, and none comes with this program.':
      'Es wurde kein Adapter genannt, und mit dem Programm kommt keiner.',
    '{file} was trained on {base} (SHA-256 {sum}), which is not among the models on this computer.':
      '{file} wurde auf {base} trainiert (SHA-256 {sum}); dieses Modell ist nicht auf diesem Computer.',
    'Name that model file with --model, or take it in with `moderato models add FILE`.':
      'Nehmen Sie es in den Einstellungen unter Modelle auf.',
    '{path}: there is no such {what} file.': '{path}: Diese Datei gibt es nicht.',
    '{path}: the {what} file cannot be read ({why}).': '{path}: Die Datei ist nicht lesbar ({why}).',
    'Check the path; `moderato models list` shows what is on this computer.':
      'Prüfen Sie den Pfad; die Einstellungen zeigen, welche Modelle da sind.',
    'Check its permissions.': 'Prüfen Sie ihre Rechte.',
    '{path} is an adapter, not a base model.': '{path} ist ein Adapter, kein Basismodell.',
    '{path} could not be copied to {folder}: {why}.': '{path} ließ sich nicht nach {folder} kopieren: {why}.',
    'It would connect to {hosts}.': 'Dafür käme es zu einer Verbindung mit {hosts}.',
    'Show these names first, and ask.': 'Das wird zuerst gefragt.',
    'There is no room left on the disk: {n} MB of {model} are missing.':
      'Auf dem Datenträger ist kein Platz mehr: Es fehlen {n} MB von {model}.',
    'Free some space, then run it again: it goes on from there.':
      'Schaffen Sie Platz, dann versuchen Sie es noch einmal: Es geht dort weiter.',
    'The connection to {host} failed: {why}.': 'Die Verbindung mit {host} brach ab: {why}.',
    'Run it again when the network is there: it goes on from where it was.':
      'Versuchen Sie es noch einmal, wenn das Netz da ist: Es geht dort weiter.',
    'What {host} gave is not {model}: its SHA-256 is {found} instead of {expected}. It was removed.':
      'Was {host} gab, ist nicht {model}: Die SHA-256 ist {found} statt {expected}. Es wurde gelöscht.',
    'Try again later; if it happens again, somebody changed the file there.':
      'Versuchen Sie es später; geschieht es wieder, hat dort jemand die Datei verändert.',
    'Try again later.': 'Versuchen Sie es später.',
    'Run `moderato doctor --verify` to see which backend works on this computer. Nothing scored so far is lost.':
      'In den Einstellungen unter „Dieser Computer“ zeigt die Prüfung, was auf diesem Computer geht. Was gelesen ist, bleibt.',
    '{what}: the engine {how}.': '{what}: die Rechenmaschine {how}.',
    '{model} could not be opened': '{model} ließ sich nicht öffnen',
    'The backends could not be checked': 'Die Rechenwerke ließen sich nicht prüfen',
    'The engine stopped {n} times in a row': 'Die Rechenmaschine blieb {n}-mal hintereinander stehen',
    'The engine stopped twice on {backend}: this part is done on the CPU.':
      'Die Rechenmaschine blieb auf {backend} zweimal stehen: Dieser Teil wird auf dem Prozessor gerechnet.',
    '{backend} made the engine stop on this computer before: the CPU is used.':
      '{backend} brachte die Rechenmaschine auf diesem Computer schon zum Stehen: Gerechnet wird auf dem Prozessor.',
    '{path} cannot be used as a model: {what} ({place}).':
      '{path} lässt sich nicht als Modell verwenden: {what} ({place}).',
    'Choose a .gguf file that is whole, as llama.cpp uses them.':
      'Wählen Sie eine unversehrte .gguf-Datei, wie llama.cpp sie verwendet.',
    'The model file {path} changed while it was in use.':
      'Die Modelldatei {path} wurde verändert, während sie in Gebrauch war.',

    // Models that can be fetched (native-models/catalog.json).
    'English, small and quick: an encoder twice as deep as MiniLM':
      'Englisch, klein und schnell: ein Encoder, doppelt so tief wie MiniLM',
    'about 100 languages, small and quick: an encoder': 'etwa 100 Sprachen, klein und schnell: ein Encoder',
    'English, the larger sister of SmolLM2-135M': 'Englisch, die größere Schwester von SmolLM2-135M',
    'many languages, small; its terms of use must be accepted':
      'viele Sprachen, klein; die Nutzungsbedingungen müssen angenommen werden',
    'about 30 languages, slower and stronger': 'etwa 30 Sprachen, langsamer und stärker',
    'about 100 languages, made to tell texts apart; the slowest here':
      'etwa 100 Sprachen, gemacht, um Texte zu unterscheiden; das langsamste hier',
  },
};
