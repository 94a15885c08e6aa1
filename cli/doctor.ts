import { Command } from '@commander-js/extra-typings';
export const doctorVerb = () => new Command('doctor');
