/**
 * When two texts are the same to whoever reads them: in one form, which near-duplicates are compared in and copies share.
 * Numbers stay: some of them mean something.
 */
import { hash } from 'node:crypto';

/**
 * Lower case, compatibility forms folded, links and punctuation gone, handles made equal, runs of anything else one space. A text
 * without letters, digits or symbols keeps its characters.
 */
export function normalForm(text: string): string {
  const folded = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/https?:\/\/\S+/g, ' ')
    .replace(/@[\p{L}\p{N}_]+|<user>/gu, ' user ')
    .replace(/[^\p{L}\p{N}\p{M}\p{So}\p{Sk}]+/gu, ' ')
    .trim();
  return folded === '' ? text.trim() : folded;
}

/**
 * The form that copies share, which get one score: the normal form, with links and handles of more kinds made equal, and what is
 * repeated more than twice, as in "sooo", repeated twice.
 */
const copyForm = (text: string): string =>
  normalForm(text.replace(/www\.\S+/gi, ' ').replace(/@[\p{L}\p{N}_.-]+/gu, ' @user ')).replace(
    /([^\p{N}])\1{2,}/gu,
    '$1$1',
  );

/** 53 bits of the SHA-256 of the form that copies share: equal for them, and by chance for one pair in 9e15. */
export function formHash(text: string): number {
  const digest = hash('sha256', copyForm(text), 'buffer');
  return digest.readUInt32LE(0) * 2 ** 21 + (digest.readUInt32LE(4) >>> 11);
}
