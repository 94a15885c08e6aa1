/** Numbers and times as people read them. */

/** 1,204 */
export const count = (n: number): string => Math.round(n).toLocaleString('en-US');

/** `1 message`, `1,204 messages` */
export const counted = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

/** A probability in the narrowest form that tells neighbours apart: .97, 1.0 */
export function probability(p: number): string {
  const two = p.toFixed(2);
  return two.startsWith('0') ? two.slice(1) : two.slice(0, 3);
}

/** Three places: .912 */
export const share = (p: number): string => p.toFixed(3).replace(/^(-?)0\./, '$1.');

/** 45 s, 3 min 20 s, 2 h 5 min */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return whole % 60 === 0 ? `${whole / 60} min` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`;
}

/** 71 /s, 1,204/s */
export const rate = (perSecond: number): string => (perSecond < 10 ? perSecond.toFixed(1) : count(perSecond));

/** 46 MB, 812 kB */
export function bytes(n: number): string {
  if (n < 1000) return `${n} bytes`;
  if (n < 1e6) return `${(n / 1e3).toFixed(0)} kB`;
  if (n < 1e9) return `${(n / 1e6).toFixed(0)} MB`;
  return `${(n / 1e9).toFixed(1)} GB`;
}

const DAY = { day: 'numeric', month: 'short', year: 'numeric' } as const;
const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;

/** 12 Mar 2024, 21:07 on this computer's clock; a time whose zone is not known is shown as the export wrote it. */
export function moment(ms: number, localTime: boolean): string {
  const zone = localTime ? { timeZone: 'UTC' } : {};
  const date = new Date(ms);
  return `${date.toLocaleDateString('en-GB', { ...DAY, ...zone })}, ${date.toLocaleTimeString('en-GB', { ...CLOCK, ...zone })}`;
}
