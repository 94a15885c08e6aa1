import { door } from './door.ts';

export const importCalls = {
  preview: door.imports.preview.handler(async ({ context, input, signal }) => {
    const { previewOf } = await import('../importers/preview.ts');
    return await previewOf(input, context.desk.opened.workspace.key, signal);
  }),
};
