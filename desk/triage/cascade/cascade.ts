/**
 * Reads as few texts as a recall target needs. A random sample teaches a cheap proxy what the model flags; the rest is read
 * in the proxy's order, step by step. Where it pays, texts are drawn at random from what is still ahead and read out of turn;
 * the proxy never learns from these, so that they say how many flagged texts are left behind every further step, until with the
 * stated confidence no more can be left than the target allows. The proxy may be as wrong as it likes: then more is read, in
 * the end everything.
 *
 * After SUPG (Kang et al., VLDB 2020) for recall targets by a proxy and a sample; the bound is that of bound.ts.
 */
import type { Forecast } from '../../contract/guarantee.ts';
import { drawn, type Random } from '../../../engine/train/random.ts';
import { allowedLeft, ladder, mostLeft, type Rung } from './bound.ts';
import { Expected, fitOdds } from './odds.ts';
import { planFor } from './plan.ts';

/** What learns from the model's scores; cheap beside it. */
export interface Proxy {
  /**
   * Learns that the model says `scores` of the texts in `places`.
   * @param before what was learned from others, which is used up; null: nothing was
   */
  learn(places: Uint32Array, scores: Float32Array, before: Learned | null): Promise<Learned>;
}

export interface Learned {
  /** what is expected of some texts, in log-odds or alike: the higher, the likelier flagged */
  expect(places: Uint32Array): Promise<Float32Array>;
}

export interface Cascade {
  /** texts, none twice, that the model has not read: places 0 … count − 1 */
  readonly count: number;
  /** places that are read in any case, before anything else */
  readonly first: Uint32Array;
  /** flagged texts that were read before */
  readonly found: number;
  /** share of all flagged texts that must be found, below 1 */
  readonly target: number;
  /** score from which on a text is flagged */
  readonly threshold: number;
  /** what the model says of some places, in their order; NaN where it cannot read a text, which then counts as not flagged */
  readonly read: (places: Uint32Array) => Promise<Float32Array>;
  readonly proxy: Proxy;
  readonly random: Random;
  /** told what each target would cost, once that can be said */
  readonly onForecast?: ((forecast: Forecast) => void) | undefined;
  /** texts that are read by then, and how many it will be, about */
  readonly onProgress?: ((read: number, expected: number) => void) | undefined;
}

export interface Outcome {
  /** 1 where the model was asked */
  readonly isRead: Uint8Array;
  /** how many of those */
  readonly passes: number;
  /** flagged texts, those of before included */
  readonly found: number;
  /** flagged texts that were not read, at most; 0 where all was read */
  readonly left: number;
}

export const TARGETS = [0.95, 0.99, 0.999] as const;
/** The guarantee holds with 1 − DELTA. */
export const DELTA = 0.05;

/** Texts of the sample from which the proxy learns: a share of all, within limits. */
const SAMPLE = { share: 0.02, least: 500, most: 1500 } as const;
/** Parts of the sample for cross-fitting. */
const PARTS = 5;
/** Below so many texts the sample alone would be most of the work. */
const FEWEST = 2 * SAMPLE.least;
/** Where less than this share would be set aside, nothing is: a guarantee would save nothing. */
const LEAST_ASIDE = 0.1;
/** Steps in which texts are read, between which plans are made anew: of longer ones half of the last is too much. */
const STEP = { share: 0.001, least: 128 } as const;
/** It learns again each time that so many times more texts were read, up to a number beyond which it learns little. */
const AGAIN = 1.4;
const MOST_LEARNED = 200_000;

/**
 * Throws what `read` and the proxy throw. A run that was broken off is gone on with by a new one for what is still unread: its
 * sample is drawn anew, so that its bound holds whatever was read before.
 */
export async function cascade(input: Cascade): Promise<Outcome> {
  const run = await begin(input);
  if (run.order.places.length === 0) return await run.readAll();
  input.onForecast?.(run.forecast());
  return await run.readInOrder();
}

/** Reads the sample alone, and says what each target would cost. */
export async function forecast(input: Cascade): Promise<Forecast> {
  return (await begin(input)).forecast();
}

/** Reads a sample, and lets the proxy learn from it; where there is too little for one, the order stays empty. */
async function begin(input: Cascade): Promise<Run> {
  const run = new Run(input);
  await run.take(input.first, input.count);
  const rest = run.rest();
  if (rest.length < FEWEST) return run;
  const size = Math.min(SAMPLE.most, Math.max(SAMPLE.least, Math.round(rest.length * SAMPLE.share)));
  const sample = drawn(rest, size, input.random);
  await run.take(sample, input.count);
  await run.crossFit(sample);
  await run.learn();
  return run;
}

/** Places whose turn has not come, the highest by the proxy first. */
interface Order {
  readonly places: Uint32Array;
  readonly proxy: Float32Array;
}

class Run {
  readonly #input: Cascade;
  /** NaN where not read */
  readonly #scores: Float32Array;
  readonly #isRead: Uint8Array;
  /** 1 where a text was read in its turn, or would have been, had it not been drawn before */
  readonly #isAhead: Uint8Array;
  #passes = 0;
  /** flagged texts of those, and those of before */
  #found: number;
  /** flagged texts that were drawn, and whose turn has not come */
  #drawnFlagged = 0;
  order: Order = { places: new Uint32Array(), proxy: new Float32Array() };
  #learned: Learned | null = null;
  /** places whose turn came since the proxy last learned, and how many had by then */
  #news: Uint32Array[] = [];
  #learnedFrom = 0;
  #ahead = 0;
  /** of each text, below which share it is drawn; null before the first draw */
  #chances: Float64Array | null = null;
  #expected = new Expected({ offset: 0, slope: 1 });

  constructor(input: Cascade) {
    this.#input = input;
    this.#scores = new Float32Array(input.count).fill(NaN);
    this.#isRead = new Uint8Array(input.count);
    this.#isAhead = new Uint8Array(input.count);
    this.#found = input.found;
  }

  /** Places whose turn has not come. */
  rest(): Uint32Array {
    return Uint32Array.from(this.#isAhead.keys()).filter((place) => this.#isAhead[place] === 0);
  }

  /**
   * It is these texts' turn: those that were not drawn before are read.
   * @param expected texts that will be read in all, about
   */
  async take(places: Uint32Array, expected: number): Promise<void> {
    const wasDrawn = places.filter((place) => this.#isRead[place] === 1);
    await this.#read(
      places.filter((place) => this.#isRead[place] === 0),
      expected,
    );
    this.#found += this.#flaggedOf(places);
    this.#drawnFlagged -= this.#flaggedOf(wasDrawn);
    for (const place of places) this.#isAhead[place] = 1;
    this.#ahead += places.length;
    this.#news.push(places);
  }

  /** Draws each text of the rest with a chance of `share`, all draws so far together, and reads what was drawn out of turn. */
  async #drawUpTo(share: number): Promise<void> {
    this.#chances ??= Float64Array.from(this.#isRead, () => this.#input.random());
    const chances = this.#chances;
    const wanted = this.order.places.filter((place) => this.#isRead[place] === 0 && (chances[place] as number) < share);
    for (let at = 0; at < wanted.length; at += this.#step) {
      const next = wanted.subarray(at, at + this.#step);
      await this.#read(next, this.#passes + wanted.length - at);
      this.#drawnFlagged += this.#flaggedOf(next);
    }
  }

  async #read(places: Uint32Array, expected: number): Promise<void> {
    if (places.length === 0) return;
    const scores = await this.#input.read(places);
    places.forEach((place, i) => {
      this.#scores[place] = scores[i] as number;
      this.#isRead[place] = 1;
    });
    this.#passes += places.length;
    this.#input.onProgress?.(this.#passes, Math.max(this.#passes, Math.round(expected)));
  }

  async readAll(): Promise<Outcome> {
    await this.take(this.rest(), this.#input.count);
    return this.#outcome(0);
  }

  #outcome(left: number): Outcome {
    return { isRead: this.#isRead, passes: this.#passes, found: this.#found + this.#drawnFlagged, left };
  }

  /** Finds out how likely texts are flagged, by what proxies that learned from the rest of the sample say of a part of it. */
  async crossFit(sample: Uint32Array): Promise<void> {
    const proxy = new Float32Array(sample.length);
    for (let part = 0; part < PARTS; part++) {
      const own = sample.filter((_, i) => i % PARTS === part);
      const others = sample.filter((_, i) => i % PARTS !== part);
      const learned = await this.#input.proxy.learn(others, this.#scoresOf(others), null);
      (await learned.expect(own)).forEach((value, i) => (proxy[part + i * PARTS] = value));
    }
    this.#expected = new Expected(fitOdds(proxy, this.#isFlaggedOf(sample)));
  }

  /** Lets the proxy learn from what had its turn since, and orders the rest by it. */
  async learn(): Promise<void> {
    const news = Uint32Array.from(this.#news.flatMap((places) => [...places]));
    this.#news = [];
    this.#learned = await this.#input.proxy.learn(news, this.#scoresOf(news), this.#learned);
    const rest = this.rest();
    const proxy = await this.#learned.expect(rest);
    const order = Uint32Array.from(proxy.keys()).sort((a, b) => (proxy[b] as number) - (proxy[a] as number));
    this.order = {
      places: order.map((i) => rest[i] as number),
      proxy: Float32Array.from(order, (i) => proxy[i] as number),
    };
    this.#learnedFrom = this.#ahead;
  }

  forecast(): Forecast {
    const { count } = this.#input;
    const { places, proxy } = this.order;
    const behind = this.#expected.behind(proxy);
    const read = (target: number): number =>
      Math.round(this.#passes + planFor(behind, this.#found, target, DELTA).cost);
    return {
      texts: count,
      targets: TARGETS.map((target) => ({ target, read: places.length === 0 ? count : read(target) })),
    };
  }

  /**
   * Reads in the proxy's order; the proxy learns again now and then. As soon as no cut further on would be cheaper, texts are
   * drawn from what is ahead. Where these do not allow it to stop, reading on and drawing more take turns, and each may cost
   * as much as the other: so it never costs much more than twice what the better of them would.
   */
  async readInOrder(): Promise<Outcome> {
    const { count, target } = this.#input;
    let rungs: readonly Rung[] = [];
    let at = 0;
    let readSince = 0;
    while (this.order.places.length > 0) {
      let cost = 0;
      if (rungs.length === 0) {
        const plan = planFor(this.#expected.behind(this.order.proxy), this.#found, target, DELTA);
        cost = plan.cost;
        if (plan.share > 0 && plan.ahead < this.#step / 2) {
          rungs = ladder(plan.share, DELTA);
          await this.#drawUpTo(plan.share);
        }
      }
      const rung = rungs[at];
      if (rung !== undefined) {
        if (count - this.#passes < LEAST_ASIDE * count) return await this.readAll();
        const most = mostLeft(this.#drawnFlagged, rung.share, rung.delta);
        if (most <= allowedLeft(this.#found + this.#drawnFlagged, target)) return this.#outcome(most);
        const next = rungs[at + 1];
        const turn = ((next?.share ?? 1) - rung.share) * this.order.places.length;
        if (next !== undefined && readSince >= turn) {
          at++;
          readSince = 0;
          await this.#drawUpTo(next.share);
          continue;
        }
        cost = Math.max(0, turn - readSince);
        readSince += this.#step;
      }
      await this.#readStep(cost);
    }
    return this.#outcome(0);
  }

  async #readStep(cost: number): Promise<void> {
    const { places, proxy } = this.order;
    const next = places.subarray(0, this.#step);
    await this.take(next, this.#passes + cost);
    this.#expected.note(proxy.slice(0, this.#step), this.#isFlaggedOf(next));
    this.order = { places: places.subarray(this.#step), proxy: proxy.subarray(this.#step) };
    if (this.#ahead >= AGAIN * this.#learnedFrom && this.#ahead <= MOST_LEARNED) await this.learn();
  }

  get #step(): number {
    return Math.max(STEP.least, Math.round(STEP.share * this.#input.count));
  }

  #isFlagged(place: number): boolean {
    return (this.#scores[place] as number) >= this.#input.threshold;
  }

  /** 1 for each that is flagged */
  #isFlaggedOf(places: Uint32Array): Uint32Array {
    return places.map((place) => (this.#isFlagged(place) ? 1 : 0));
  }

  #flaggedOf(places: Uint32Array): number {
    return places.filter((place) => this.#isFlagged(place)).length;
  }

  #scoresOf(places: Uint32Array): Float32Array {
    return Float32Array.from(places, (place) => this.#scores[place] as number);
  }
}
