/** What a figure is held against: the bars that were set before it was measured. */
import type { Measured } from './measured.ts';

type Figure = Measured['figures'][number];

interface Bar {
  readonly figure: RegExp;
  /** of the peer's name, where only one of several has a bar */
  readonly peer?: RegExp;
  /** what is held against it, the ratio or what the value is above the peer's; default: the value */
  readonly of?: 'ratio' | 'beyond';
  readonly least?: number;
  readonly most?: number;
}

const BARS: readonly Bar[] = [
  { figure: /^score\.full_depth$/, peer: /node-llama-cpp/, of: 'ratio', least: 4 },
  { figure: /^score\.full_depth$/, peer: /^llama\.cpp/, of: 'ratio', least: 1 },
  { figure: /^score\.full_depth$/, peer: /PyTorch/, of: 'ratio', least: 1.1 },
  { figure: /^score\.depth8$/, of: 'ratio', least: 3 },
  { figure: /^score\.minilm$/, peer: /node-llama-cpp/, of: 'ratio', least: 5 },
  { figure: /^score\.minilm$/, peer: /PyTorch.*F32/i, of: 'ratio', least: 1 },
  { figure: /^import\.csv$/, least: 50_000 },
  { figure: /^import\.discord_json$/, least: 20_000 },
  { figure: /^import\..*\.memory$/, most: 400 },
  { figure: /^train\.(smollm2_depth8|minilm)$/, of: 'ratio', least: 1.2 },
  { figure: /^train\.ds_lora_cost$/, most: 1.08 },
  { figure: /^train\.ds_lora_cost\.score$/, most: 1.05 },
  { figure: /^train\.preset_300x3$/, most: 60 },
  { figure: /^train\.peak_memory$/, most: 1500 },
  { figure: /^desk\.open(\.encrypted)?$/, most: 300 },
  { figure: /^desk\.page(\.encrypted)?$/, most: 20 },
  { figure: /^desk\.search(\.encrypted)?$/, most: 100 },
  { figure: /^desk\.decision(\.encrypted)?$/, of: 'beyond', most: 5 },
  { figure: /^guarantee\.(real|joined)\..*\.missed$/, most: 16 },
  { figure: /^guarantee\.million\..*\.missed$/, most: 4 },
  { figure: /^guarantee\.real\.1%\.95$/, of: 'ratio', least: 3 },
  { figure: /^guarantee\.joined\.1%\.95$/, of: 'ratio', least: 6 },
  { figure: /^guarantee\.joined\.1%\.99$/, of: 'ratio', least: 3 },
  { figure: /^guarantee\.million\.1%\.95$/, of: 'ratio', least: 10 },
  { figure: /^guarantee\.million\.1%\.99$/, of: 'ratio', least: 5 },
  { figure: /^retrain\.honest\.recommended$/, least: 8 },
  { figure: /^retrain\.shuffled\.recommended$/, most: 1 },
  { figure: /^retrain\..*\.seconds$/, most: 90 },
  { figure: /^labels\..*\.95%$/, most: 0.2 },
  { figure: /^insights\..*\.ece$/, most: 0.03 },
  { figure: /^explain\.deletion\.effects\.sooner\.flagged$/, least: 0.9 },
  { figure: /^explain\.wait$/, most: 300 },
  { figure: /^window\.next(\.busy|\.why)?$/, most: 50 },
  { figure: /^window\.scoring$/, of: 'ratio', least: 0.9 },
  { figure: /^window\.scroll$/, least: 60 },
  { figure: /^window\.scroll\.dropped$/, most: 0.05 },
  { figure: /^window\.start$/, most: 2000 },
  { figure: /^window\.bundle(\.all)?$/, most: 400 },
  { figure: /^window\.memory$/, most: 900 },
];

export interface Held {
  /** in words, e.g. "≥ 4×" */
  readonly bar: string;
  readonly holds: boolean;
}

/** null for a figure without a bar, or without what the bar is about */
export function heldAgainst({ name, value, peer, peer_value, ratio }: Figure): Held | null {
  const bar = BARS.find((one) => one.figure.test(name) && (one.peer === undefined || one.peer.test(peer ?? '')));
  if (bar === undefined) return null;
  const { of, least, most } = bar;
  const beyond = value === null || peer_value === null ? null : value - peer_value;
  const held = of === 'ratio' ? ratio : of === 'beyond' ? beyond : value;
  if (held === null) return null;
  const number = (least ?? most ?? NaN).toLocaleString('en-US');
  return {
    bar: `${least === undefined ? '≤' : '≥'} ${number}${of === 'ratio' ? '×' : of === 'beyond' ? ' above the peer' : ''}`,
    holds: held >= (least ?? -Infinity) && held <= (most ?? Infinity),
  };
}
