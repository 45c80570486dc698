import type { Feature } from '@/app/feature';
import { lazyPage } from '@/app/lazyPage';

export const projects: Feature = {
  navigation: [{ path: 'projects', title: 'projects.title', order: 10 }],
  routes: [{ path: 'projects', element: lazyPage(() => import('./ProjectsPage')) }],
  projectTabs: [
    {
      path: 'summary',
      title: 'projects.summary.title',
      order: 10,
      isVisible: () => true,
      element: lazyPage(() => import('./SummaryPage')),
    },
    {
      path: 'configs',
      title: 'projects.configuration',
      order: 100,
      isVisible: (can) => can('project', 'update'),
      element: lazyPage(() => import('./ConfigurationPage')),
    },
  ],
};
