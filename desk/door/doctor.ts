import type { Examined } from '../contract/doctor.ts';
import { door } from './door.ts';

export const doctorCalls = {
  examine: door.doctor.examine.handler(async ({ context, input, signal }): Promise<Examined> => {
    const { examine } = await import('../doctor/examine.ts');
    const { places, supervisor } = context.desk.options;
    const found = await examine(places, input.verify ? supervisor : null, { ...(signal && { signal }) });
    const { libraries, calibration, folders, models, backends, hints } = found;
    return {
      ...found,
      libraries: [...libraries],
      calibration: { file: calibration.file, measured: [...calibration.measured] },
      folders: [...folders],
      models: models.map(({ id, path, status, reason }) => ({ id, path, status, reason })),
      backends: backends && [...backends],
      hints: [...hints],
    };
  }),
};
