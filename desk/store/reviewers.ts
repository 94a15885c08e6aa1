import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import type { Db } from './connection.ts';
import { reviewerPseudonym } from './pseudonym.ts';

export interface Reviewer {
  readonly id: number;
  readonly name: string;
  /** who this is in what leaves the workspace */
  readonly pseudonym: string;
  /** Ed25519, 32 bytes as hexadecimal digits */
  readonly publicKey: string;
  /** false for one whose decisions came from another workspace: nobody can decide under that name here */
  readonly own: boolean;
  readonly createdAt: number;
}

interface Row {
  readonly id: number;
  readonly name: string;
  readonly public_key: Buffer;
  readonly own: number;
  readonly created_at: number;
}

// DER in front of the 32 bytes of an Ed25519 key (RFC 8410).
const PRIVATE_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/** Who decides, with the keys that sign. */
export class Reviewers {
  readonly #add;
  readonly #get;
  readonly #byName;
  readonly #byKey;
  readonly #list;
  readonly #privateKey;

  constructor(db: Db) {
    const select = 'SELECT id, name, public_key, private_key IS NOT NULL AS own, created_at FROM reviewers';
    this.#add = db
      .prepare<[string, Uint8Array, Uint8Array | null, number], number>(
        'INSERT INTO reviewers (name, public_key, private_key, created_at) VALUES (?, ?, ?, ?) RETURNING id',
      )
      .pluck();
    this.#get = db.prepare<[number], Row>(`${select} WHERE id = ?`);
    this.#byName = db.prepare<[string], Row>(`${select} WHERE name = ?`);
    this.#byKey = db.prepare<[Uint8Array], Row>(`${select} WHERE public_key = ?`);
    this.#list = db.prepare<[], Row>(`${select} ORDER BY id`);
    this.#privateKey = db.prepare<[number], Buffer | null>('SELECT private_key FROM reviewers WHERE id = ?').pluck();
  }

  /** Adds a person with a new pair of keys. */
  add(name: string, now: number): Reviewer {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    return this.#added(name, rawPublic(publicKey), rawPrivate(privateKey), now);
  }

  /** Adds somebody who decided in another workspace, under the pseudonym. @param publicKey hexadecimal digits */
  addForeign(publicKey: string, now: number): Reviewer {
    let name = reviewerPseudonym(publicKey);
    // Somebody here may be called so.
    while (this.byName(name) !== undefined) name += "'";
    return this.#added(name, Buffer.from(publicKey, 'hex'), null, now);
  }

  #added(name: string, publicKey: Uint8Array, privateKey: Uint8Array | null, now: number): Reviewer {
    const id = this.#add.get(name, publicKey, privateKey, now);
    const reviewer = id === undefined ? undefined : this.get(id);
    if (reviewer === undefined) throw new Error('SQLite returned no id for a new reviewer.');
    return reviewer;
  }

  get(id: number): Reviewer | undefined {
    const row = this.#get.get(id);
    return row && toReviewer(row);
  }

  byName(name: string): Reviewer | undefined {
    const row = this.#byName.get(name);
    return row && toReviewer(row);
  }

  /** @param publicKey hexadecimal digits */
  byKey(publicKey: string): Reviewer | undefined {
    const row = this.#byKey.get(Buffer.from(publicKey, 'hex'));
    return row && toReviewer(row);
  }

  list(): readonly Reviewer[] {
    return this.#list.all().map(toReviewer);
  }

  /** Ed25519 signature, 64 bytes; undefined where the reviewer's key is elsewhere. */
  sign(id: number, data: Uint8Array): Buffer | undefined {
    const key = this.#privateKey.get(id);
    if (key === null || key === undefined) return undefined;
    return sign(
      null,
      data,
      createPrivateKey({ key: Buffer.concat([PRIVATE_HEAD, key]), format: 'der', type: 'pkcs8' }),
    );
  }
}

/** Whether a signature is that of a reviewer. @param publicKey hexadecimal digits */
export function isSigned(publicKey: string, data: Uint8Array, signature: Uint8Array): boolean {
  const key = Buffer.concat([PUBLIC_HEAD, Buffer.from(publicKey, 'hex')]);
  return verify(null, data, createPublicKey({ key, format: 'der', type: 'spki' }), signature);
}

/** A public key as PEM, for other programs. @param publicKey hexadecimal digits */
export const pemOf = (publicKey: string): string =>
  createPublicKey({ key: Buffer.concat([PUBLIC_HEAD, Buffer.from(publicKey, 'hex')]), format: 'der', type: 'spki' })
    .export({ format: 'pem', type: 'spki' })
    .toString();

function toReviewer(row: Row): Reviewer {
  const publicKey = row.public_key.toString('hex');
  return {
    id: row.id,
    name: row.name,
    pseudonym: reviewerPseudonym(publicKey),
    publicKey,
    own: row.own === 1,
    createdAt: row.created_at,
  };
}

const rawPublic = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' }).subarray(PUBLIC_HEAD.length);
const rawPrivate = (key: KeyObject): Buffer =>
  key.export({ format: 'der', type: 'pkcs8' }).subarray(PRIVATE_HEAD.length);
