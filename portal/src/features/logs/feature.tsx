import type { Feature } from '@/app/feature';
import { lazyPage } from '@/app/lazyPage';

export const logs: Feature = {
  navigation: [{ path: 'logs', title: 'titles.logs', order: 20, isVisible: ({ user }) => user !== null }],
  routes: [{ path: 'logs', element: lazyPage(() => import('./LogsPage')) }],
  projectTabs: [
    {
      path: 'logs',
      title: 'titles.projectLogs',
      order: 80,
      // The log is for accounts, also where a project is public.
      isVisible: (can, _, { user }) => user !== null && can('log', 'list'),
      element: lazyPage(() => import('./ProjectLogsTab')),
    },
  ],
};
