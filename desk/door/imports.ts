import { previewOf } from '../importers/preview.ts';
import { door } from './door.ts';

export const importCalls = {
  preview: door.imports.preview.handler(
    async ({ context, input, signal }) => await previewOf(input, context.desk.opened.workspace.key, signal),
  ),
};
