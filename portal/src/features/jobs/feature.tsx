import { Navigate } from 'react-router';
import type { Feature } from '@/app/feature';
import { lazyPage } from '@/app/lazyPage';

const PATH = 'job-service-dashboard';

export const jobs: Feature = {
  navigation: [
    {
      path: PATH,
      title: 'titles.jobService',
      order: 90,
      isAdministration: true,
      isVisible: (_, can) => can('jobservice-monitor', 'list'),
    },
  ],
  routes: [
    {
      path: PATH,
      element: lazyPage(() => import('./JobServicePage')),
      children: [
        { index: true, element: <Navigate to="pending-jobs" replace /> },
        { path: 'pending-jobs', element: lazyPage(() => import('./QueuesPage')) },
        { path: 'schedules', element: lazyPage(() => import('./SchedulesPage')) },
        { path: 'workers', element: lazyPage(() => import('./WorkersPage')) },
      ],
    },
    { path: `${PATH}/jobs/:jobId/log`, element: lazyPage(() => import('./JobLogPage')) },
  ],
};
