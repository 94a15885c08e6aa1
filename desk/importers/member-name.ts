/**
 * A member's name as a label: forward slashes, no control characters, at most 500 characters. Nothing is ever written
 * to a path made from it, so ".." in it does no harm.
 */
export function labelOf(name: string): string {
  // eslint-disable-next-line no-control-regex
  const label = name.replaceAll('\\', '/').replace(/[\u0000-\u001f\u007f]/g, '\uFFFD');
  return label.length <= 500 ? label : `…${label.slice(-499)}`;
}
