/** Signs that a new passphrase has, at least. Without a schema, so that a window can take it. */
export const SHORTEST_PASSPHRASE = 8;
