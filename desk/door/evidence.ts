import { verify } from '../evidence/verify.ts';
import { door } from './door.ts';

export const evidenceCalls = {
  verify: door.evidence.verify.handler(async ({ input, signal }) => {
    const { problems, source, ...checked } = await verify(input.path, input, signal);
    return { ...checked, problems: problems.map((one) => ({ ...one })), source: source && { ...source } };
  }),
};
