/**
 * What makes two messages copies, which share one score: they differ only in case, white space, punctuation, links, handles,
 * or in how often a sign is repeated. Numbers stay: some of them mean something.
 */
import { hash } from 'node:crypto';

/** The form that copies share. A text without letters, numbers or symbols keeps its characters. */
export function textForm(text: string): string {
  const folded = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/https?:\/\/\S+|www\.\S+/g, ' ')
    .replace(/@[\p{L}\p{N}_.-]+/gu, ' @ ')
    .replace(/[^\p{L}\p{N}\p{M}\p{So}\p{Sk}@]+/gu, ' ')
    .replace(/([^\p{N}])\1{2,}/gu, '$1$1')
    .trim();
  return folded === '' ? text.trim() : folded;
}

/** 53 bits of the form's SHA-256: equal for copies, and by chance for one pair in 9e15. */
export function formHash(text: string): number {
  const digest = hash('sha256', textForm(text), 'buffer');
  return digest.readUInt32LE(0) * 2 ** 21 + (digest.readUInt32LE(4) >>> 11);
}
