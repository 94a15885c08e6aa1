import { door } from './door.ts';

export const evidenceCalls = {
  verify: door.evidence.verify.handler(async ({ input, signal }) => {
    const { verify } = await import('../evidence/verify.ts');
    const { problems, source, ...checked } = await verify(input.path, input, signal);
    return { ...checked, problems: problems.map((one) => ({ ...one })), source: source && { ...source } };
  }),
};
