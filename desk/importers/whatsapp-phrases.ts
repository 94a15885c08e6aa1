// What WhatsApp itself writes into an export, in the languages seen in collected files. Compared without direction marks.

const DELETED = new Set([
  'this message was deleted',
  'you deleted this message',
  'diese nachricht wurde gelöscht',
  'du hast diese nachricht gelöscht',
  'ce message a été supprimé',
  'vous avez supprimé ce message',
  'se eliminó este mensaje',
  'este mensaje fue eliminado',
  'eliminaste este mensaje',
  'questo messaggio è stato eliminato',
  'hai eliminato questo messaggio',
  'mensagem apagada',
  'você apagou esta mensagem',
  'dit bericht is verwijderd',
  'данное сообщение удалено',
  'вы удалили данное сообщение',
  'ta wiadomość została usunięta',
  'bu mesaj silindi',
  'تم حذف هذه الرسالة',
  'このメッセージは削除されました',
]);

/** Whether a body says that its message was deleted. */
export function saysDeleted(body: string): boolean {
  const plain = body
    .trim()
    .replace(/[.。]$/, '')
    .toLowerCase();
  return DELETED.has(plain) || /^this message was deleted by admin .{1,60}$/.test(plain);
}

const EDITED = [
  '<This message was edited>',
  '<Diese Nachricht wurde bearbeitet.>',
  '<Ce message a été modifié>',
  '<Questo messaggio è stato modificato>',
  '<Se editó este mensaje.>',
];

/** The body without the note that it was edited, or null where it has none. */
export function withoutEdited(body: string): string | null {
  const trimmed = body.replace(/[\u200e\u200f\s]+$/, '');
  for (const note of EDITED)
    if (trimmed.endsWith(note)) return trimmed.slice(0, -note.length).replace(/\s*\u200e?$/, '');
  return null;
}

const OMITTED = new Set([
  '<media omitted>',
  '<medien ausgeschlossen>',
  '<medien weggelassen>',
  '<médias omis>',
  '<fichier omis>',
  '<multimedia omitido>',
  '<archivo omitido>',
  '<media omessi>',
  '<media omesso>',
  '<mídia omitida>',
  '<ficheiro não revelado>',
  '<media weggelaten>',
  '<без медиафайлов>',
  '<файл пропущен>',
  '<медіа пропущено>',
  '<pominięto multimedia>',
  '<média vynechány>',
  '<medya dahil edilmedi>',
  '<تم استبعاد الوسائط>',
  '<המדיה לא נכללה>',
  '<मीडिया के बिना>',
  '<media tidak disertakan>',
  '<メディアなし>',
  '<미디어 파일 제외됨>',
  '<media utelämnat>',
  '<medier udeladt>',
]);

/** Whether a line is Android's placeholder for media left out of the export. */
export function saysOmitted(line: string): boolean {
  return OMITTED.has(line.trim().toLowerCase());
}

const OMITTED_BY_KIND =
  /(?:^|[\u200e\u200f] ?)((?:image|video|audio|GIF|sticker|document|Contact card) omitted|(?:Bild|Video|Audio|GIF|Sticker|Dokument|Kontaktkarte) weggelassen|(?:image|vidéo|audio|GIF|sticker|document) absente?|(?:imagen|video|audio|GIF|sticker|documento|Tarjeta de contacto) omitid[oa]|(?:immagine|video|audio|GIF|sticker|documento) omess[oa]|(?:imagem|vídeo|áudio|GIF|figurinha|documento) (?:ocultad|omitid)[oa]|(?:afbeelding|video|audio|GIF|sticker|document) weggelaten|(?:изображение|видео|аудио|GIF|стикер|документ) (?:отсутствует|пропущен[оа]?))$/iu;

/** iOS's placeholder at the end of a line, with what stands before it: a document's title, or a caption. */
export function omittedByKind(line: string): { readonly before: string } | null {
  const match = OMITTED_BY_KIND.exec(line);
  return match === null ? null : { before: line.slice(0, match.index) };
}

const ATTACHED_ANDROID =
  /^(?<file>\S.*\.[\p{L}\p{N}]{1,8}) \((?:file attached|Datei angehängt|fichier joint|archivo adjuntado|archivo adjunto|file allegato|arquivo anexado|ficheiro anexado|bestand bijgevoegd|файл добавлен)\)$/u;
const ATTACHED_IOS =
  /<(?:(?:attached|Anhang|angehängt|pièce jointe|adjunto|allegato|anexado|bijgevoegd|прикреплено)\s?: ?(?<a>[^<>]{1,200})|[\p{L} ]{3,30}: ?(?<b>\d{8}-[A-Z_]+-[^<>]{1,200}))>$/u;

/** The file that a line names as attached, with what stands before it (iOS: a document's title, or a caption). */
export function attachedFile(line: string): { readonly file: string; readonly before: string } | null {
  const android = ATTACHED_ANDROID.exec(line.replace(/^[\u200e\u200f]+/, ''));
  if (android?.groups !== undefined) return { file: android.groups['file'] ?? '', before: '' };
  const ios = ATTACHED_IOS.exec(line.replace(/[\u200e\u200f\s]+$/, ''));
  if (ios?.groups === undefined) return null;
  return { file: (ios.groups['a'] ?? ios.groups['b'] ?? '').trim(), before: line.slice(0, ios.index) };
}

/** Whether the text before a placeholder is a document's title with its pages, and no caption. */
export function isDocumentTitle(before: string): boolean {
  return /\.[\p{L}\p{N}]{1,8}(?: • .*)?$/u.test(before.trim()) && !before.includes('\n');
}

/** Sentences that only WhatsApp writes, whoever stands before them as author. */
const NOTICES = [
  /^Messages (?:and calls|to this (?:chat|group)).{0,40}(?:are|is) (?:now )?(?:end-to-end encrypted|secured with end-to-end)/,
  /^(?:Die )?Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt/,
  /^Les messages et les appels sont chiffrés de bout en bout/,
  /^Los mensajes y las llamadas están cifrados de extremo a extremo/,
  /^I messaggi e le chiamate sono crittografati end-to-end/,
  /^As mensagens e (?:as )?(?:chamadas|ligações) são protegidas com a criptografia de ponta a ponta/,
  /^Berichten en oproepen worden end-to-end versleuteld/,
  /^Сообщения и звонки защищены сквозным шифрованием/,
  /^Your security code with .{1,80} changed/,
  /^(?:Deine|Ihre) Sicherheitsnummer für .{1,80} hat sich geändert/,
  /^(?:Missed|Silenced) (?:group )?(?:voice|video) call/,
  /^Verpasster (?:Sprach|Video)anruf/,
  /^This (?:chat|business|account) (?:is with a business account|uses a secure service|works with other companies)/,
  /^Waiting for this message\. This may take a while\./,
  /^(?:You're|You are) now an admin$/,
];

const NOTICE_VERB =
  /(?:^|\s)(?:added|left|removed|joined|created|changed|turned (?:on|off)|pinned|deleted this group|was added|were added|hinzugefügt|verlassen|entfernt|erstellt|geändert|beigetreten|a ajouté|a quitté|a créé|a changé|a modifié|añadió|salió|creó|cambió|ha aggiunto|ha abbandonato|ha creato|ha modificato|adicionou|saiu|criou|mudou|alterou|toegevoegd|heeft de groep|gewijzigd|добавил|вышел|создал|изменил)/iu;

/** Whether a body that has an author is in truth WhatsApp's own sentence. `marked`: it begins with a direction mark. */
export function saysNotice(body: string, author: string, marked: boolean): boolean {
  if (NOTICES.some((notice) => notice.test(body))) return true;
  if (!marked) return false;
  // iOS puts the person, or the group, before its own sentences about them.
  const subject =
    author !== '' && body.startsWith(`${author} `)
      ? body.slice(author.length)
      : /^You /.test(body)
        ? body.slice(3)
        : null;
  return subject !== null && NOTICE_VERB.test(subject.slice(0, 60));
}

/** Whether an "author" that occurs only once is the first half of a notice with a colon in it. */
export function readsLikeNotice(author: string): boolean {
  return /["“”„«»]/.test(author) || NOTICE_VERB.test(author);
}
