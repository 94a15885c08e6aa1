import { createHmac } from 'node:crypto';
import type { Db } from './connection.ts';
import type { Item } from './items.ts';
import { authorKey, chatPseudonym, pseudonymOf } from './pseudonym.ts';
import { type Replacement, ShownText } from './shown-text.ts';

export interface AuthorName {
  readonly name: string;
  /** The platform's id of this person, where it has one. */
  readonly account: string | null;
}

/** Words after @ that address everybody. */
const EVERYBODY = new Set(['everyone', 'here', 'all', 'channel']);

// <@123> and <@!123> (Discord with markdown off) · @⁨name⁩ (WhatsApp) · @name, not inside an e-mail address.
const MENTION = /<@!?(\d{1,24})>|@\u2068([^\u2069]{1,100})\u2069|(?<![\p{L}\p{N}_.+-])@(?=[\p{L}\p{N}_~])/gu;
const HANDLE = /^[\p{L}\p{N}_]+(?:[.@-][\p{L}\p{N}_]+)*/u;
/** A display name may have several words; longer ones are found by their first five. */
const MAX_NAME_WORDS = 5;
const MAX_NAME_UNITS = 80;

/** Authors under their pseudonyms, and their real names, which are only given when asked for by name. */
export class Authors {
  readonly #key: Uint8Array;
  readonly #names;
  readonly #pseudonym;
  readonly #withPseudonym;
  readonly #byKey;
  readonly #byName;

  constructor(db: Db, workspaceKey: Uint8Array) {
    this.#key = workspaceKey;
    this.#names = db.prepare<[number], AuthorName>('SELECT name, account FROM author_names WHERE author = ?');
    this.#pseudonym = db.prepare<[number], string>('SELECT pseudonym FROM authors WHERE id = ?').pluck();
    this.#withPseudonym = db.prepare<[string], number>('SELECT id FROM authors WHERE pseudonym = ?').pluck();
    this.#byKey = db.prepare<[Uint8Array], string>('SELECT pseudonym FROM authors WHERE key = ?').pluck();
    this.#byName = db
      .prepare<[string, string], string>(
        `SELECT pseudonym FROM author_names JOIN authors ON authors.id = author
         WHERE name = ? AND platform = ? ORDER BY author LIMIT 1`,
      )
      .pluck();
  }

  pseudonym(author: number): string | undefined {
    return this.#pseudonym.get(author);
  }

  withPseudonym(pseudonym: string): number | undefined {
    return this.#withPseudonym.get(pseudonym);
  }

  /** The real names of an author: for evidence and for whoever switched pseudonyms off. */
  names(author: number): readonly AuthorName[] {
    return this.#names.all(author);
  }

  /**
   * A text with every mention of a person replaced by the pseudonym that this person has as an author; people who wrote
   * nothing get one too, the same each time. For showing only: the stored text stays as it is.
   */
  shown(text: string, platform: string): ShownText {
    const mentions: Replacement[] = [];
    if (!text.includes('@')) return new ShownText(text, mentions);
    let end = 0;
    for (const match of text.matchAll(MENTION)) {
      if (match.index < end) continue;
      const [whole, account, isolated] = match;
      let pseudonym: string | undefined;
      let stop = match.index + whole.length;
      if (account !== undefined) {
        const key = authorKey(this.#key, platform, account, '');
        pseudonym = this.#byKey.get(key) ?? pseudonymOf(key);
      } else if (isolated !== undefined) {
        pseudonym = this.#named(isolated, platform) ?? this.#unknown(isolated, platform);
      } else {
        const found = this.#longestName(text.slice(stop, stop + MAX_NAME_UNITS), platform);
        if (found === undefined) continue;
        pseudonym = found.pseudonym;
        stop += found.length;
      }
      mentions.push({ start: match.index, end: stop, by: `@${pseudonym}` });
      end = stop;
    }
    return new ShownText(text, mentions);
  }

  /**
   * What a channel is called outside the workspace. One that bears the name of an author, or may be named after people who
   * wrote nothing, stands under a pseudonym.
   */
  channel(platform: string, { platformId, name, personal }: Item['channel']) {
    const named = (words: string): string => this.#named(words, platform) ?? words;
    if (!personal) return { platformId: named(platformId), name: named(name) };
    const chat = chatPseudonym(this.#key, platform, platformId);
    return { platformId: chat, name: this.#named(name, platform) ?? chat };
  }

  /**
   * What a message is called outside the workspace: by its identity where that follows from ids of the platform. Where the
   * export has none, the identity is a hash of the author's name, among others, that anybody could try; then keyed as
   * pseudonyms are, the same in every file of this workspace.
   * @returns 64 hexadecimal digits
   */
  reference(messageId: string | null, identity: string): string {
    if (messageId !== null) return identity;
    return createHmac('sha256', this.#key).update(`message ${identity}`).digest('hex');
  }

  /** The known name that begins `rest` and is longest, else its first word as the name of a stranger. */
  #longestName(rest: string, platform: string): { readonly pseudonym: string; readonly length: number } | undefined {
    const ends: number[] = [];
    for (const space of rest.matchAll(/(?=[^\p{L}\p{N}_])|$/gu)) {
      if (space.index > 0) ends.push(space.index);
      if (ends.length === MAX_NAME_WORDS * 2) break;
    }
    for (const length of ends.reverse()) {
      const pseudonym = this.#named(rest.slice(0, length), platform);
      if (pseudonym !== undefined) return { pseudonym, length };
    }
    const handle = HANDLE.exec(rest)?.[0];
    if (handle === undefined || EVERYBODY.has(handle.toLowerCase())) return undefined;
    return { pseudonym: this.#unknown(handle, platform), length: handle.length };
  }

  #named(name: string, platform: string): string | undefined {
    return this.#byName.get(name, platform);
  }

  #unknown(name: string, platform: string): string {
    return pseudonymOf(authorKey(this.#key, platform, null, name.toLowerCase()));
  }
}
