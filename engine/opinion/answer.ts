/**
 * How likely each label is as the answer of a model that a grammar leaves nothing else to say: its probabilities at every
 * token, shared out among the tokens that the grammar allows there.
 */

/** One step of an answer: what may come next, with its probability, and what the model says at temperature 0. */
export interface Step<T> {
  readonly token: T;
  /** of tokens that the grammar allows; they add up to 1 */
  readonly probabilities: ReadonlyMap<T, number>;
}

export interface Vocabulary<T> {
  /** text of tokens in a row; a sign that is not whole yet ends as U+FFFD */
  text(tokens: readonly T[]): string;
  /** whether it ends the answer */
  isEnd(token: T): boolean;
}

/**
 * Follows the likeliest answer until only one label is left that goes on like this. A label has the probability of all tokens
 * with which it alone goes on, of whatever cut: "th" and "threat" both are beginnings of "threat". What several labels begin
 * with, other than the likeliest answer, is shared among them as they stand apart from it; equally where nothing is known.
 * @returns per label, adding up to 1
 */
export async function likelihoods<T>(
  labels: readonly string[],
  vocabulary: Vocabulary<T>,
  steps: AsyncIterable<Step<T>>,
): Promise<Float32Array> {
  const all = new Float64Array(labels.length);
  const said: T[] = [];
  const undecided: { readonly among: readonly number[]; readonly mass: number }[] = [];
  let mass = 1;
  for await (const { token, probabilities } of steps) {
    let followed = 0;
    for (const [next, probability] of probabilities) {
      // They come sorted, and what the grammar forbids has none.
      if (probability <= 0) break;
      if (next === token) followed = probability;
      else {
        const among = fitting(labels, vocabulary, said, next);
        if (among.length === 1) share(all, among, mass * probability, equal);
        else undecided.push({ among, mass: mass * probability });
      }
    }
    mass *= followed;
    const left = fitting(labels, vocabulary, said, token);
    if (left.length === 1 || vocabulary.isEnd(token)) {
      share(all, left, mass, equal);
      mass = 0;
      break;
    }
    said.push(token);
  }
  const known = all.slice();
  for (const { among, mass: shared } of undecided) {
    const any = among.some((label) => (known[label] ?? 0) > 0);
    share(all, among, shared, any ? (label) => known[label] ?? 0 : equal);
  }
  const sum = all.reduce((total, one) => total + one, 0);
  if (mass > 0 || !(sum > 0)) throw new Error('the model ended its answer before it was a label');
  return Float32Array.from(all, (one) => one / sum);
}

const equal = (): number => 1;

/** Adds a mass to some labels, each by its weight. */
function share(all: Float64Array, labels: readonly number[], mass: number, weight: (label: number) => number): void {
  const whole = labels.reduce((sum, label) => sum + weight(label), 0);
  for (const label of labels) all[label] = (all[label] ?? 0) + (mass * weight(label)) / whole;
}

/** Places of the labels that may come of it. */
function fitting<T>(
  labels: readonly string[],
  vocabulary: Vocabulary<T>,
  said: readonly T[],
  next: T,
): readonly number[] {
  const ended = vocabulary.isEnd(next);
  const text = vocabulary.text(ended ? said : [...said, next]).trimStart();
  const whole = text.replace(/\uFFFD+$/, '');
  return labels.flatMap((label, place) => ((ended ? label === text : label.startsWith(whole)) ? [place] : []));
}
