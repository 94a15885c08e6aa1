/**
 * Reads as few texts as a recall target needs. A random sample teaches a cheap proxy what the model flags; the rest is read
 * in the proxy's order up to a cut; of what lies behind the cut a random sample is read, until with the stated
 * confidence no more flagged texts can be left than the target allows. The proxy may be as wrong as it likes: then more
 * is read, in the end everything.
 *
 * After SUPG (Kang et al., VLDB 2020) for recall targets by a proxy and a sample, with a bound that holds at every moment
 * (bound.ts), as BARGAIN (Zeighami et al., SIGMOD 2026) has it.
 */
import type { Forecast } from '../../contract/guarantee.ts';
import { drawn, type Random } from '../../../engine/train/random.ts';
import { TailBound, allowedLeft } from './bound.ts';
import { Expected, fitOdds } from './odds.ts';
import { costOf, planAt, planFor, type Plan } from './plan.ts';

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
/** Shares of DELTA for one attempt after another: .95, .0475 … add up to all of it. */
const FIRST_ATTEMPT = 0.95;
const deltaOf = (attempt: number): number => DELTA * FIRST_ATTEMPT * (1 - FIRST_ATTEMPT) ** attempt;

/** Texts of the sample from which the proxy learns: a share of all, within limits. */
const SAMPLE = { share: 0.02, least: 500, most: 1500 } as const;
/** Parts of the sample for cross-fitting. */
const PARTS = 5;
/** Below so many texts the sample alone would be most of the work. */
const FEWEST = 2 * SAMPLE.least;
/** Where less than this share would be set aside, nothing is: a guarantee would save nothing. */
const LEAST_ASIDE = 0.1;
/** Steps in which a stretch is read, between which plans are made anew. */
const STEP = { share: 0.01, least: 256 } as const;
/** It learns again each time that so many times more texts were read, up to a number beyond which it learns little. */
const AGAIN = 1.4;
const MOST_LEARNED = 40_000;
/** A sample that grows so many times longer than planned was planned on a wrong guess. */
const PATIENCE = 2;

/**
 * Throws what `read` and the proxy throw. A run that was broken off is gone on with by a new one for what is still unread: its
 * sample is drawn anew, so that its bound holds whatever was read before.
 */
export async function cascade(input: Cascade): Promise<Outcome> {
  const run = await begin(input);
  if (run.order.places.length === 0) return await run.readAll();
  input.onForecast?.(run.forecast());
  for (let attempt = 0; ; attempt++) {
    const delta = deltaOf(attempt);
    const plan = await run.readAhead(delta);
    if (plan === null) return run.outcome(0);
    const left = await run.certify(plan, delta);
    if (left !== null) return run.outcome(left);
  }
}

/** Reads the sample alone, and says what each target would cost. */
export async function forecast(input: Cascade): Promise<Forecast> {
  return (await begin(input)).forecast();
}

/** Reads a sample, and lets the proxy learn from it; where there is too little for one, the order stays empty. */
async function begin(input: Cascade): Promise<Run> {
  const run = new Run(input);
  await run.read(input.first, input.count);
  const unread = run.unread();
  if (unread.length < FEWEST) return run;
  const size = Math.min(SAMPLE.most, Math.max(SAMPLE.least, Math.round(unread.length * SAMPLE.share)));
  const sample = drawn(unread, size, input.random);
  await run.read(sample, input.count);
  await run.crossFit(sample);
  await run.learn();
  return run;
}

/** Places that were not read, the highest by the proxy first. */
interface Order {
  readonly places: Uint32Array;
  readonly proxy: Float32Array;
}

class Run {
  readonly #input: Cascade;
  /** NaN where not read */
  readonly #scores: Float32Array;
  readonly #isRead: Uint8Array;
  #passes = 0;
  #found: number;
  order: Order = { places: new Uint32Array(), proxy: new Float32Array() };
  #learned: Learned | null = null;
  /** places that were read since the proxy last learned, and how many it had learned from by then */
  #news: Uint32Array[] = [];
  #learnedFrom = 0;
  #expected = new Expected({ offset: 0, slope: 1 });

  constructor(input: Cascade) {
    this.#input = input;
    this.#scores = new Float32Array(input.count).fill(NaN);
    this.#isRead = new Uint8Array(input.count);
    this.#found = input.found;
  }

  unread(): Uint32Array {
    return Uint32Array.from(this.#isRead.keys()).filter((place) => this.#isRead[place] === 0);
  }

  /** @param expected texts that will be read in all, about */
  async read(places: Uint32Array, expected: number): Promise<void> {
    if (places.length === 0) return;
    const scores = await this.#input.read(places);
    places.forEach((place, i) => {
      this.#scores[place] = scores[i] as number;
      this.#isRead[place] = 1;
      if (this.#isFlagged(place)) this.#found++;
    });
    this.#passes += places.length;
    this.#news.push(places);
    this.#input.onProgress?.(this.#passes, Math.max(this.#passes, Math.round(expected)));
  }

  async readAll(): Promise<Outcome> {
    await this.read(this.unread(), this.#input.count);
    return this.outcome(0);
  }

  outcome(left: number): Outcome {
    return { isRead: this.#isRead, passes: this.#passes, found: this.#found, left };
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
    const flagged = Float32Array.from(sample, (place) => (this.#isFlagged(place) ? 1 : 0));
    this.#expected = new Expected(fitOdds(proxy, flagged));
  }

  /** Lets the proxy learn from what was read since, and orders the rest by it. */
  async learn(): Promise<void> {
    const news = Uint32Array.from(this.#news.flatMap((places) => [...places]));
    this.#news = [];
    this.#learned = await this.#input.proxy.learn(news, this.#scoresOf(news), this.#learned);
    const unread = this.unread();
    const proxy = await this.#learned.expect(unread);
    const order = Uint32Array.from(proxy.keys()).sort((a, b) => (proxy[b] as number) - (proxy[a] as number));
    this.order = {
      places: order.map((i) => unread[i] as number),
      proxy: Float32Array.from(order, (i) => proxy[i] as number),
    };
    this.#learnedFrom = this.#passes;
  }

  forecast(): Forecast {
    const { count } = this.#input;
    const { places, proxy } = this.order;
    const behind = this.#expected.behind(proxy);
    const read = (target: number): number => this.#passes + costOf(planFor(behind, this.#found, target, deltaOf(0)));
    return {
      texts: count,
      targets: TARGETS.map((target) => ({ target, read: places.length === 0 ? count : read(target) })),
    };
  }

  /**
   * Reads in the proxy's order up to the cheapest cut, which is looked for anew after each step; the proxy learns again now
   * and then. Null: all was read, because no cut saves anything.
   */
  async readAhead(delta: number): Promise<Plan | null> {
    const { count, target } = this.#input;
    const step = Math.max(STEP.least, Math.round(STEP.share * count));
    while (this.order.places.length > 0) {
      const { places, proxy } = this.order;
      const behind = this.#expected.behind(proxy);
      const plan = planFor(behind, this.#found, target, delta);
      const here = plan.ahead < step / 2 ? planAt(0, behind, this.#found, target, delta) : null;
      if (here !== null && places.length - here.drawn >= LEAST_ASIDE * count) return here;
      if (here !== null) {
        await this.read(places, count);
        return null;
      }
      const next = places.subarray(0, step);
      await this.read(next, this.#passes + costOf(plan));
      this.#expected.note(
        proxy.slice(0, step),
        next.map((place) => (this.#isFlagged(place) ? 1 : 0)),
      );
      this.order = { places: places.subarray(step), proxy: proxy.subarray(step) };
      if (this.#passes >= AGAIN * this.#learnedFrom && this.#passes <= MOST_LEARNED) await this.learn();
    }
    return null;
  }

  /**
   * Draws from what lies behind the cut until no more flagged texts can be left than allowed, and gives how many can; null
   * where that takes much longer than planned. What was drawn leaves the order.
   */
  async certify(plan: Plan, delta: number): Promise<number | null> {
    const { target, random } = this.#input;
    const { places, proxy } = this.order;
    const bound = new TailBound(places.length, { share: plan.expected / places.length }, delta);
    const most = Math.min(places.length, PATIENCE * plan.drawn);
    const draws = drawn(Uint32Array.from(places.keys()), most, random);
    const step = Math.max(STEP.least / 2, Math.round(plan.drawn / 20));
    let left: number | null = null;
    while (bound.drawn < most && left === null) {
      const next = draws.subarray(bound.drawn, bound.drawn + step);
      await this.read(
        next.map((i) => places[i] as number),
        this.#passes + Math.max(0, plan.drawn - bound.drawn),
      );
      for (const i of next) bound.note(this.#isFlagged(places[i] as number));
      if (bound.left <= allowedLeft(this.#found, target)) left = bound.left;
    }
    this.#expected.correct(plan.expected, ((bound.flagged + 1) / bound.drawn) * (places.length - bound.drawn));
    const stays = (_: number, i: number): boolean => this.#isRead[places[i] as number] === 0;
    this.order = { places: places.filter(stays), proxy: proxy.filter(stays) };
    return left;
  }

  #isFlagged(place: number): boolean {
    return (this.#scores[place] as number) >= this.#input.threshold;
  }

  #scoresOf(places: Uint32Array): Float32Array {
    return Float32Array.from(places, (place) => this.#scores[place] as number);
  }
}
