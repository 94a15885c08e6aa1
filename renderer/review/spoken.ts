/** A message as a reader of the screen says it when it comes: who, where, what, and how sure the model is. */
import type { QueueEntry } from '../../desk/contract/shapes.ts';
import { maskSlurs } from '../../desk/shown/masking.ts';
import { score } from '../i18n/format.ts';
import { review } from '../messages/review.ts';
import { clipped, piecesOf } from '../text/pieces.ts';
import { STATUS_NAMES, channelName } from './names.ts';

/** Longer ones are read on the screen. */
const SPOKEN = 240;

export function spoken({ message, model, audit, status }: QueueEntry, masked: boolean): string {
  const text = clipped(message.text, SPOKEN);
  // Signs that steer or hide are not said.
  const plain = piecesOf(text)
    .map((piece) => (piece.kind === 'text' ? piece.text : ''))
    .join('');
  const said = [
    review.announce({
      who: message.author?.pseudonym ?? review.someone(),
      channel: channelName(message),
      text: plain.trim() === '' ? review.noText() : masked ? maskSlurs(plain).replace(/▇+/gu, '…') : plain,
    }),
  ];
  if (status !== 'open') said.push(STATUS_NAMES[status]());
  if (audit && model === null) said.push(review.announceAudit());
  else if (model !== null) said.push(review.announceScore({ score: score(model.score) }));
  return said.join(' ');
}
