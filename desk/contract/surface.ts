/**
 * All that passes between a page and the shell beside the ports themselves; tests/e2e/shell.test.ts holds the page
 * against this list. The page gets no function and no global: the preload only carries four messages. Names alone, without
 * a schema, so that a page can take them.
 */

/** page → preload (`window.postMessage`): the page listens now and wants its ports. */
export const READY = 'moderato:ready';

/**
 * preload → page: here they are, `event.ports` = [desk, shell]. The first speaks desk/contract.ts, the second
 * desk/contract/shell.ts. Sent again, with new ports, when the desk was started anew.
 */
export const PORTS = 'moderato:ports';

/** preload → page, as `{ kind, paths }`: where the files lie that a person let go of over the window. */
export const DROPPED = 'moderato:dropped';

/** preload ↔ main: the two above that main takes part in. */
export const CHANNELS = { ready: READY, ports: PORTS } as const;
