/** Electron as the preload imports it, over the older runtime: there a file says itself where it lies. */
declare const require: (name: string) => typeof import('electron');

export const { ipcRenderer } = require('electron');

export const webUtils = { getPathForFile: (file: File & { readonly path?: string }): string => file.path ?? '' };
