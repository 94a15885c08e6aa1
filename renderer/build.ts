/** What vite.config.ts knows of this build: the version, and when it was made (milliseconds since 1970 UTC). */
declare const BUILD: { readonly version: string; readonly made: number };

export const build = BUILD;
