/** Where things lie on this computer, by the rules of its system (XDG folders, Application Support, AppData). */
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import envPaths from 'env-paths';

export interface Places {
  /** the measured weight layouts and thread counts */
  readonly calibrationFile: string;
  /** backends that made the engine stop, by driver */
  readonly refusedBackendsFile: string;
  /** how somebody likes the window */
  readonly preferencesFile: string;
  /** models that `models add` has taken in */
  readonly modelsFolder: string;
  /** base models and the adapter that come with the program */
  readonly nativeModels: string;
}

/** In a checkout beside the sources; in the package beside the archive that this file is in, since llama.cpp reads them itself. */
function nativeModels(): string {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  return join(basename(root) === 'app.asar' ? dirname(root) : root, 'native-models');
}

export function places(): Places {
  const { config, data } = envPaths('moderato', { suffix: '' });
  return {
    calibrationFile: join(config, 'calibration.json'),
    refusedBackendsFile: join(config, 'refused-backends.json'),
    preferencesFile: join(config, 'preferences.json'),
    modelsFolder: join(data, 'models'),
    nativeModels: nativeModels(),
  };
}
