/**
 * Every native object has one owner that disposes of it. The counts here say what is alive, so that a test can show
 * that a thousand graphs leave nothing behind.
 */
const alive = new Map<string, number>();

/** Notes the birth of a native object and returns the note of its end; a second call of that is a mistake. */
export function own(kind: string): () => void {
  alive.set(kind, (alive.get(kind) ?? 0) + 1);
  let ended = false;
  return () => {
    if (ended) throw new Error(`A ${kind} was freed twice.`);
    ended = true;
    alive.set(kind, (alive.get(kind) ?? 0) - 1);
  };
}

/** Native objects alive now, by kind; kinds with none are left out. */
export function aliveObjects(): Readonly<Record<string, number>> {
  return Object.fromEntries([...alive].filter(([, count]) => count > 0));
}
