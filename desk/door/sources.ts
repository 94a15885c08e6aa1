import { door } from './door.ts';

export const sourceCalls = {
  list: door.sources.list.handler(({ context }) =>
    context.desk.opened.workspace.sources
      .list()
      .map(({ id, path, member, format, sha256, size, importedAt, status }) => ({
        id,
        path,
        member,
        format,
        sha256: Buffer.from(sha256).toString('hex'),
        size,
        importedAt,
        status,
      })),
  ),

  rejected: door.sources.rejected.handler(({ context, input }) => {
    const { rejected } = context.desk.opened.workspace;
    return rejected
      .page(input.source, input.after, input.size)
      .map(({ row, reason }) => ({ row, reason, raw: rejected.raw(input.source, row) ?? null }));
  }),
};
