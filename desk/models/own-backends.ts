/** What is known on this computer of where models are computed: what stopped the engine here, and what somebody chose. */
import { readPreferences } from '../preferences.ts';
import type { SupervisorOptions } from '../supervisor.ts';
import type { Places } from './places.ts';
import { refusedBackends } from './refused-backends.ts';

export const ownBackends = ({
  preferencesFile,
  refusedBackendsFile,
}: Pick<Places, 'preferencesFile' | 'refusedBackendsFile'>): Required<
  Pick<SupervisorOptions, 'memory' | 'onlyCpu'>
> => ({
  memory: refusedBackends(refusedBackendsFile),
  // Read anew each time: a command line and a window have their desks at the same time.
  onlyCpu: () => readPreferences(preferencesFile).backend === 'cpu',
});
