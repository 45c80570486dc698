import type { Feature } from '@/app/feature';
import { lazyPage } from '@/app/lazyPage';

export const labels: Feature = {
  navigation: [
    {
      path: 'labels',
      title: 'titles.labels',
      order: 60,
      isAdministration: true,
      isVisible: ({ user }) => user?.sysadmin_flag ?? false,
    },
  ],
  routes: [{ path: 'labels', element: lazyPage(() => import('./LabelsPage')) }],
  projectTabs: [
    {
      path: 'labels',
      title: 'titles.labels',
      order: 40,
      isVisible: (can) => can('label', 'list'),
      element: lazyPage(() => import('./ProjectLabelsPage')),
    },
  ],
};
