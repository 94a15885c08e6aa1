/** What the Chromium that ships has and the older runtime's (108) lacks, as far as the window uses it. */
const missing: ReadonlyArray<readonly [string, (this: unknown[], ...args: never[]) => unknown]> = [
  [
    'toReversed',
    function () {
      return [...this].reverse();
    },
  ],
  [
    'toSorted',
    function (order: (a: unknown, b: unknown) => number) {
      return [...this].sort(order);
    },
  ],
];
for (const [name, value] of missing)
  if (!(name in Array.prototype))
    Object.defineProperty(Array.prototype, name, { value, configurable: true, writable: true });

export {};
