import { Command } from '@commander-js/extra-typings';
export const trainVerb = () => new Command('train');
