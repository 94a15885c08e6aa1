import type { Work } from '../../writer/turns.ts';
import type { Db } from '../connection.ts';
import { UNSPACED } from '../flags.ts';
import { ordinalIdentity, ordinalKey } from '../identity.ts';
import { RAW_STRIDE, compressRaw } from '../raw.ts';
import type { Batch, Loaded } from './batch.ts';
import { ITEM_INSERT, ITEM_TUPLE, ITEM_WIDTH, type Value, itemValues, orNull, rawPlace } from './columns.ts';
import { Merge, type Verdict } from './merge.ts';
import { People } from './people.ts';
import { SeenItems } from './seen.ts';
import { textBytes, textString } from './text-column.ts';

/** Rows in one INSERT: SQLite's cost per statement is shared, and a statement that fails is short. */
const CHUNK = 50;
/** Rows that may change what is there take a millisecond each: the text index is written for every one of them. */
const MERGED_TOGETHER = 4;
/**
 * Rows whose texts are indexed together. SQLite's FTS5 writes what it has gathered to a segment of its own whenever another
 * statement begins: with a chunk at a time that would be a third of an import.
 */
const INDEXED_TOGETHER = 100;
/**
 * After them so many pages of segments are merged, in a piece of its own: at all levels together more than such rows fill. Left
 * to itself FTS5 merges rarely, and hundreds of pages at once, for which a decision would wait; the schema tells it not to.
 */
const MERGED_PAGES = 16;
/** After a chunk that met known rows, so many are first looked up row by row. */
const CAUTIOUS_CHUNKS = 20;

interface State {
  readonly batch: Batch;
  readonly now: number;
  readonly rawBase: number;
  /** items from this id on are not in the text indexes yet */
  unindexed: number;
  nextId: number;
  readonly storedBlocks: Set<number>;
  readonly count: Record<Verdict | 'added', number>;
  readonly touched: number[];
}

/** Writes batches into the workspace, inside transactions of whoever calls. */
export class BatchLoader {
  readonly #people;
  readonly #merge;
  readonly #insertChunk;
  readonly #insertOne;
  readonly #lastItem;
  readonly #lastBlock;
  readonly #addBlock;
  readonly #reject;
  readonly #indexWords;
  readonly #indexTrigrams;
  readonly #mergeSegments;
  readonly #chunkValues: Value[] = new Array<Value>(CHUNK * ITEM_WIDTH).fill(null);
  readonly #oneValues: Value[] = new Array<Value>(ITEM_WIDTH).fill(null);
  readonly #seen = new SeenItems();
  #caution = 0;
  /** texts that were indexed since segments were merged */
  #unmerged = 0;

  constructor(db: Db) {
    this.#people = new People(db);
    this.#merge = new Merge(db);
    this.#insertChunk = db.prepare<[Value[]]>(`${ITEM_INSERT} VALUES ${new Array(CHUNK).fill(ITEM_TUPLE).join(',')}`);
    this.#insertOne = db.prepare<[Value[]]>(`${ITEM_INSERT} VALUES ${ITEM_TUPLE}`);
    this.#lastItem = db.prepare<[], number | null>('SELECT max(id) FROM items').pluck();
    this.#lastBlock = db.prepare<[], number | null>('SELECT max(id) FROM raw_blocks').pluck();
    this.#addBlock = db.prepare<[number, number, Uint8Array]>(
      'INSERT INTO raw_blocks (id, source, data) VALUES (?, ?, ?)',
    );
    this.#reject = db.prepare<[number, number, string, number]>(
      'INSERT OR IGNORE INTO rejected (source, row, reason, raw) VALUES (?, ?, ?, ?)',
    );
    this.#indexWords = db.prepare<[number]>(
      "INSERT INTO item_text (rowid, text) SELECT id, text FROM items WHERE id >= ? AND text <> ''",
    );
    this.#mergeSegments = ['item_text', 'unspaced_text'].map((index) =>
      db.prepare<[]>(`INSERT INTO ${index} (${index}, rank) VALUES ('merge', ${MERGED_PAGES})`),
    );
    this.#indexTrigrams = db.prepare<[number]>(
      `INSERT INTO unspaced_text (rowid, text) SELECT id, text FROM items WHERE id >= ? AND flags & ${UNSPACED} <> 0`,
    );
  }

  /**
   * Loads one batch, in pieces (desk/writer/turns.ts). When a transaction ends the workspace is whole: what is there is indexed
   * and has its raw record. What a crash cuts off is completed by importing again.
   * @throws what SQLite throws; the loader is then of no use any more
   */
  *load(batch: Batch): Work<Loaded> {
    // Ordinals count equal rows within one reading of one source.
    if (batch.first) this.#seen.clear();
    this.#people.learn(batch);
    const nextId = (this.#lastItem.get() ?? 0) + 1;
    const state: State = {
      batch,
      now: Date.now(),
      rawBase: (this.#lastBlock.get() ?? 0) + 1,
      unindexed: nextId,
      nextId,
      storedBlocks: new Set(),
      count: { added: 0, known: 0, changed: 0, older: 0, deleted: 0 },
      touched: [],
    };
    for (let i = 0; i < batch.rows; i += CHUNK) {
      const end = Math.min(i + CHUNK, batch.rows);
      if (end - i < CHUNK || this.#caution > 0 || !this.#insertAll(state, i)) {
        if (this.#caution > 0) this.#caution--;
        for (let row = i; row < end; row++) {
          this.#loadRow(state, row);
          if (row % MERGED_TOGETHER === 0) yield* this.#endPiece(state);
        }
      }
      yield* this.#endPiece(state);
    }
    this.#index(state);
    const rejected = this.#storeRejected(state);
    return { ...state.count, rejected, touched: state.touched };
  }

  *#endPiece(state: State): Work<void> {
    if (state.nextId - state.unindexed >= INDEXED_TOGETHER) this.#index(state);
    if ((yield) === true) {
      this.#index(state);
      yield;
    }
    if (this.#unmerged < INDEXED_TOGETHER) return;
    this.#unmerged = 0;
    for (const merge of this.#mergeSegments) {
      merge.run();
      if ((yield) === true) yield;
    }
  }

  #index(state: State): void {
    if (state.nextId === state.unindexed) return;
    this.#indexWords.run(state.unindexed);
    this.#indexTrigrams.run(state.unindexed);
    this.#unmerged += state.nextId - state.unindexed;
    state.unindexed = state.nextId;
  }

  /** Stores the block that holds a raw record, unless it is there. */
  #storeBlock({ batch, rawBase, storedBlocks }: State, raw: number): void {
    const place = Math.floor(raw / RAW_STRIDE);
    if (storedBlocks.has(place)) return;
    storedBlocks.add(place);
    const data = batch.blocks[place];
    if (data !== undefined) this.#addBlock.run(rawBase + place, batch.source, compressRaw(data));
  }

  /** The quick way: all rows of a chunk at once, which fails as a whole when one of them is already there. */
  #insertAll(state: State, from: number): boolean {
    const { batch, rawBase, now } = state;
    for (let k = 0; k < CHUNK; k++) {
      const i = from + k;
      const identity = batch.identities.subarray(32 * i, 32 * i + 32);
      const key = textBytes(batch.keys, i);
      itemValues(this.#chunkValues, k * ITEM_WIDTH, batch, i, this.#people, {
        id: state.nextId + k,
        identity,
        key,
        rawBase,
        now,
      });
    }
    try {
      this.#insertChunk.run(this.#chunkValues);
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      this.#caution = CAUTIOUS_CHUNKS;
      return false;
    }
    for (let k = 0; k < CHUNK; k++) this.#added(state, from + k);
    return true;
  }

  #loadRow(state: State, i: number): void {
    const { batch } = state;
    const channel = this.#people.channelId(batch.channels[i] ?? -1);
    const firstKey = textString(batch.keys, i);
    const base = batch.identities.subarray(32 * i, 32 * i + 32);
    const hasOrdinal = batch.ordinals[i] === 1;
    const time = orNull(batch.times[i]);
    let ordinal = hasOrdinal ? this.#seen.nextOrdinal(firstKey) : 0;
    let key = ordinal === 0 ? firstKey : ordinalKey(base, time, ordinal);
    let known = this.#merge.find(channel, key);
    // An equal row that this source already accounted for: this one is the next of its equals.
    while (hasOrdinal && known !== undefined && this.#seen.has(known.id)) {
      ordinal++;
      key = ordinalKey(base, time, ordinal);
      known = this.#merge.find(channel, key);
    }
    if (hasOrdinal) this.#seen.noteOrdinal(firstKey, ordinal + 1);
    if (known === undefined) {
      const identity = ordinalIdentity(base, ordinal);
      itemValues(this.#oneValues, 0, batch, i, this.#people, {
        id: state.nextId,
        identity,
        key,
        rawBase: state.rawBase,
        now: state.now,
      });
      this.#insertOne.run(this.#oneValues);
      this.#added(state, i);
      return;
    }
    if (hasOrdinal) this.#seen.add(known.id);
    const { verdict, stored } = this.#merge.join(known, batch, i, state.rawBase, state.unindexed, state.now);
    state.count[verdict]++;
    if (verdict === 'changed' || verdict === 'deleted') {
      state.touched.push(known.id);
      this.#unmerged++;
    }
    if (stored) this.#storeBlock(state, batch.raws[i] ?? 0);
  }

  #added(state: State, i: number): void {
    if (state.batch.ordinals[i] === 1) this.#seen.add(state.nextId);
    this.#storeBlock(state, state.batch.raws[i] ?? 0);
    state.nextId++;
    state.count.added++;
  }

  #storeRejected(state: State): number {
    const { batch, rawBase } = state;
    for (const { row, reason, raw } of batch.rejected) {
      const { changes } = this.#reject.run(batch.source, row, reason, rawPlace(raw, rawBase));
      if (changes > 0) this.#storeBlock(state, raw);
    }
    return batch.rejected.length;
  }
}

function isDuplicate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'SQLITE_CONSTRAINT_UNIQUE';
}
