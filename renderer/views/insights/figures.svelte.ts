/** The figures of Insights, as the desk last worked them out; asked for anew when decisions or scores change. */
import type { z } from 'zod';
import type { Agreement } from '../../../desk/contract/agreement.ts';
import type { Calibration, Drifts, Thresholds, Volumes } from '../../../desk/contract/insights.ts';
import type { Session } from '../../session.svelte.ts';

export type ThresholdsNow = z.infer<typeof Thresholds>;
export type CalibrationNow = z.infer<typeof Calibration>;
export type DriftsNow = z.infer<typeof Drifts>;
export type VolumesNow = z.infer<typeof Volumes>;
export type Audit = ThresholdsNow['audit'];

/** All of it is worked out from a million messages: not more often than this. */
const EVERY_MS = 5000;
/** While a threshold is dragged. */
const DRAGGED_MS = 150;

export class Figures {
  thresholds = $state.raw<ThresholdsNow | null>(null);
  calibration = $state.raw<CalibrationNow | null>(null);
  drift = $state.raw<DriftsNow | null>(null);
  volumes = $state.raw<VolumesNow | null>(null);
  agreement = $state.raw<Agreement | null>(null);
  error = $state.raw<unknown>(null);
  /** what somebody looks at instead of the model's own threshold */
  asked = $state<number | null>(null);
  readonly #here: Session;
  #soon: ReturnType<typeof setTimeout> | undefined;
  #dragged: ReturnType<typeof setTimeout> | undefined;

  constructor(here: Session) {
    this.#here = here;
  }

  /** The threshold that the figures are for. */
  get threshold(): number {
    return this.asked ?? this.thresholds?.threshold ?? 0.5;
  }

  keep(): () => void {
    void this.look();
    const end = this.#here.hear((event) => {
      if (event.kind === 'items' || event.kind === 'state') this.#soon ??= setTimeout(() => void this.look(), EVERY_MS);
    });
    return () => {
      end();
      clearTimeout(this.#soon);
      clearTimeout(this.#dragged);
    };
  }

  async look(): Promise<void> {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    const { insights, reviewers } = this.#here.desk;
    try {
      const asked = this.#asked();
      [this.thresholds, this.calibration, this.drift, this.volumes, this.agreement] = await Promise.all([
        insights.thresholds(asked),
        insights.calibration(),
        insights.drift(),
        insights.volumes(asked),
        reviewers.agreement(),
      ]);
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  /** Looks at another threshold; null: the model's own. What it would do is asked for once the hand rests. */
  move(to: number | null): void {
    this.asked = to;
    clearTimeout(this.#dragged);
    this.#dragged = setTimeout(() => {
      const { insights } = this.#here.desk;
      const asked = this.#asked();
      void this.#here.attempt(async () => {
        [this.thresholds, this.volumes] = await Promise.all([insights.thresholds(asked), insights.volumes(asked)]);
      });
    }, DRAGGED_MS);
  }

  #asked(): { threshold?: number } {
    return this.asked === null ? {} : { threshold: this.asked };
  }
}
