/**
 * Which workspace a window means when it reviews. All windows share one desk, and another one may open another workspace
 * while a key is on its way: numbers of messages and of reviewers are the same there, and stand for something else.
 */
const HEADER = 'moderato-workspace';

/** Headers of a call that means the workspace at this path. */
export const meaning = (path: string): Record<string, string> => ({ [HEADER]: named(path) });

/** Whether a call with these headers means the workspace at this path; one that names none does. */
export const means = (headers: Headers | undefined, path: string): boolean =>
  (headers?.get(HEADER) ?? named(path)) === named(path);

/** A header holds no letters outside of ASCII. */
const named = (path: string): string => encodeURIComponent(path);
