/**
 * The window as files, wherever it is shown: over the shell's own scheme (electron/main/scheme.ts) and on loopback
 * (desk/door/http.ts). What is served, and what a page of it may do, stands here alone.
 */
/** What a window is made of, by ending; a file of another kind is not served. */
export const PAGE_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/**
 * A page loads its own files and nothing of elsewhere: no inline script, no eval, no frame, no worker; HTML is made by
 * Svelte's own templates alone. It connects to nothing: in the shell it has its ports.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  // Pictures out of an export come as bytes, and are shown from memory.
  "img-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
] as const;

/** What goes with every answer. @param connects the page calls the door of the server that it comes from */
export const pageHeaders = ({ connects }: { readonly connects: boolean }): Readonly<Record<string, string>> => ({
  'content-security-policy': [...POLICY, ...(connects ? ["connect-src 'self'"] : [])].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
});
