import { Navigate } from 'react-router';
import type { Feature } from '@/app/feature';
import { lazyPage } from '@/app/lazyPage';

const PATH = 'clearing-job';

export const housekeeping: Feature = {
  navigation: [
    {
      path: PATH,
      title: 'titles.cleanUp',
      order: 80,
      isAdministration: true,
      isVisible: (_, can) => can('garbage-collection', 'list'),
    },
  ],
  routes: [
    {
      path: PATH,
      element: lazyPage(() => import('./HousekeepingPage')),
      children: [
        { index: true, element: <Navigate to="gc" replace /> },
        { path: 'gc', element: lazyPage(() => import('./CollectionsPage')) },
        { path: 'audit-log-purge', element: lazyPage(() => import('./PurgesPage')) },
      ],
    },
    { path: `${PATH}/gc/:runId`, element: lazyPage(() => import('./CollectionPage')) },
    { path: `${PATH}/audit-log-purge/:runId`, element: lazyPage(() => import('./PurgePage')) },
  ],
};
