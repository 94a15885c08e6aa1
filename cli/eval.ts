import { Command } from '@commander-js/extra-typings';
export const evalVerb = () => new Command('eval');
