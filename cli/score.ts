import { Command } from '@commander-js/extra-typings';
export const scoreVerb = () => new Command('score');
