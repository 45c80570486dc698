import type { Feature } from '@/app/feature';
import { lazyPage } from '@/app/lazyPage';

export const projects: Feature = {
  navigation: [{ path: 'projects', title: 'titles.projects', order: 10 }],
  routes: [{ path: 'projects', element: lazyPage(() => import('./ProjectsPage')) }],
  projectTabs: [
    {
      path: 'summary',
      title: 'titles.summary',
      order: 10,
      isVisible: () => true,
      element: lazyPage(() => import('./SummaryPage')),
    },
    {
      path: 'configs',
      title: 'titles.projectConfiguration',
      order: 100,
      isVisible: (can) => can('project', 'update'),
      element: lazyPage(() => import('./ConfigurationPage')),
    },
  ],
};
