import { Navigate } from 'react-router';
import type { Feature } from '@/app/feature';
import { lazyPage } from '@/app/lazyPage';

export const health: Feature = {
  navigation: [
    {
      path: 'health',
      title: 'titles.health',
      order: 110,
      isAdministration: true,
      isVisible: (_, can) => can('system-volumes', 'read'),
    },
  ],
  routes: [
    {
      path: 'health',
      element: lazyPage(() => import('./HealthPage')),
      children: [
        { index: true, element: <Navigate to="overview" replace /> },
        { path: 'overview', element: lazyPage(() => import('./OverviewTab')) },
        { path: 'integrity', element: lazyPage(() => import('./IntegrityTab')) },
      ],
    },
  ],
};
