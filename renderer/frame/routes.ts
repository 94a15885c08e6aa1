/** The views of the window, in the order of their navigation. */
import ChartColumn from '@lucide/svelte/icons/chart-column';
import Download from '@lucide/svelte/icons/download';
import GraduationCap from '@lucide/svelte/icons/graduation-cap';
import ListOrdered from '@lucide/svelte/icons/list-ordered';
import Search from '@lucide/svelte/icons/search';
import Settings from '@lucide/svelte/icons/settings';
import { frame } from '../messages/frame.ts';

export const VIEWS = ['queue', 'search', 'teach', 'insights', 'import', 'settings'] as const;
export type ViewName = (typeof VIEWS)[number];

export const NAVIGATION = {
  queue: { title: frame.queue, icon: ListOrdered },
  search: { title: frame.search, icon: Search },
  teach: { title: frame.teach, icon: GraduationCap },
  insights: { title: frame.insights, icon: ChartColumn },
  import: { title: frame.import, icon: Download },
  settings: { title: frame.settings, icon: Settings },
} as const satisfies Record<ViewName, unknown>;
