/** Electron as the preload imports it, over the older runtime: there a file says itself where it lies. */
import type * as Electron from 'electron';

declare const require: (name: string | undefined) => typeof Electron;

// Written out, the bundler would take it for this file.
const [name] = ['electron'];
export const { ipcRenderer } = require(name);

export const webUtils = { getPathForFile: (file: File & { readonly path?: string }): string => file.path ?? '' };
