import type { z } from 'zod';
import type { Erase } from '../contract/audit.ts';
import { DeskError } from '../errors.ts';
import { headsOf } from '../review/heads.ts';
import { verifyingChain, type ChainReport } from '../review/chain.ts';
import type { Erasing } from '../store/erasure.ts';
import { isSigned } from '../store/reviewers.ts';
import { standing } from '../review/standing.ts';
import { inSlices } from '../slices.ts';
import { door } from './door.ts';

export const auditCalls = {
  verify: door.audit.verify.handler(async ({ context, input }) => {
    const { workspace } = context.desk.opened;
    const chains: ChainReport[] = [];
    for (const reviewer of workspace.reviewers.list())
      chains.push(await inSlices(verifyingChain(workspace, reviewer, input.head)));
    const hasHead = input.head === undefined ? null : chains.some(({ hasKnownHead }) => hasKnownHead);
    const tombstones = workspace.tombstones.list().map(({ link, items, revisions, signature, erasedAt }) => {
      const said = workspace.links.get(link);
      const by = said && workspace.reviewers.get(said.reviewer);
      return {
        erasedAt,
        items,
        revisions: [...revisions],
        signed: !!said && !!by && isSigned(by.publicKey, said.hash, signature),
      };
    });
    return {
      whole:
        chains.every(({ broken }) => broken === null) && hasHead !== false && tombstones.every(({ signed }) => signed),
      chains: chains.map(({ reviewer, links, head, broken }) => ({ reviewer, links, head, broken })),
      hasHead,
      tombstones,
    };
  }),

  heads: door.audit.heads.handler(({ context }) => headsOf(context.desk.opened.workspace)),

  hold: door.audit.hold.handler(async ({ context, input }) => {
    standing(context.desk.opened.workspace, input.item);
    await context.desk.opened.writer.write('hold', input);
    return {};
  }),

  release: door.audit.release.handler(async ({ context, input }) => {
    await context.desk.opened.writer.write('release', input);
    return {};
  }),

  holds: door.audit.holds.handler(({ context }) => [...context.desk.opened.workspace.holds.list()]),

  reveal: door.audit.reveal.handler(async ({ context, input }) => {
    const { writer, workspace } = context.desk.opened;
    const pseudonym = workspace.authors.pseudonym(input.author);
    if (pseudonym === undefined)
      throw new DeskError('not-found', `There is no author number ${input.author}.`, 'Choose the author of a message.');
    // First it is written down that somebody looked, then it is shown.
    await writer.write('reveal', { ...input, pseudonym });
    return { pseudonym, names: workspace.authors.names(input.author).map((one) => ({ ...one })) };
  }),

  erase: door.audit.erase.handler(
    async ({ context, input: { reviewer, reason, ...ways } }) =>
      await context.desk.erase({ reviewer, reason, erasing: erasingOf(ways) }),
  ),
};

/** @throws DeskError bad-input */
function erasingOf({ items, author, before }: Omit<z.infer<typeof Erase>, 'reviewer' | 'reason'>): Erasing {
  const ways: readonly Erasing[] = [
    ...(items === undefined ? [] : [{ items }]),
    ...(author === undefined ? [] : [{ author }]),
    ...(before === undefined ? [] : [{ before }]),
  ];
  const [way, ...others] = ways;
  if (way !== undefined && others.length === 0) return way;
  throw new DeskError('bad-input', 'Say what to erase in one way.', 'Name messages, or an author, or a time.');
}
