/** Electron as the preload imports it, over the older runtime: there a file says itself where it lies. */
declare const require: (name: string | undefined) => typeof import('electron');

// Written out, the bundler would take it for this file.
const [name] = ['electron'];
export const { ipcRenderer } = require(name);

export const webUtils = { getPathForFile: (file: File & { readonly path?: string }): string => file.path ?? '' };
