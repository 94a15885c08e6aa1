/**
 * What a decision is worth: simulated moderators decide messages of four communities in different orders, and a head on frozen
 * states learns on the way, from nothing or from the adapter that comes along. Beside it the desk's hint whether more decisions
 * would pay, and whether it was right. States are made once and kept (.cache/labels).
 */
import path from 'node:path';
import { chooseModel } from '../desk/models/choose.ts';
import { places } from '../desk/models/places.ts';
import { UsageError, wantedOf, type Bench } from './figure.ts';
import { communities, COMMUNITIES } from './labels/communities.ts';
import { curvesOf, readings, STARTS, type Curves } from './labels/curves.ts';
import { hintsOf, type Hinted } from './labels/hints.ts';
import { figuresOf, textOf } from './labels/report.ts';

const KEPT = path.join(import.meta.dirname, '../.cache/labels');
const SEEDS = 5;

const bench: Bench = async ({ data, adapter, tables, seeds, scale, say }) => {
  if (data === null) throw new UsageError('This bench reads the data sets: name their folder with --data.');
  const wanted = wantedOf(tables, COMMUNITIES, 'community');
  const chosen = await chooseModel(places(), adapter === null ? {} : { adapter });
  const drawn = seeds.length > 0 ? seeds : Array.from({ length: SEEDS }, (_, seed) => seed);
  const curves: Curves[] = [];
  const hinted: Hinted[] = [];
  for (const community of communities(data, wanted, scale)) {
    const { tasks, frozen } = await readings(community, chosen, KEPT, say);
    for (const start of STARTS) {
      const began = performance.now();
      const own = await curvesOf(community, start, tasks[start], drawn);
      curves.push(own);
      hinted.push(...(await hintsOf(own, frozen)));
      say(`${community.name}, ${start}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
    }
  }
  return { figures: figuresOf(curves, hinted), text: textOf(curves, hinted) };
};
export default bench;
