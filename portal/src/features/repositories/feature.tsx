import { Navigate } from 'react-router';
import type { Feature } from '@/app/feature';
import { lazyPage } from '@/app/lazyPage';

export const repositories: Feature = {
  projectTabs: [
    {
      path: 'repositories',
      title: 'titles.repositories',
      order: 20,
      isVisible: (can) => can('repository', 'list'),
      element: lazyPage(() => import('./RepositoriesTab')),
    },
  ],
  routes: [
    {
      path: 'projects/:projectId/repositories/:repositoryName',
      element: lazyPage(() => import('./RepositoryPage')),
      children: [
        { index: true, element: <Navigate to="artifacts-tab" replace /> },
        { path: 'artifacts-tab', element: lazyPage(() => import('./ArtifactsTab')) },
        { path: 'info-tab', element: lazyPage(() => import('./InfoTab')) },
        { path: 'tag-history', element: lazyPage(() => import('./TagHistoryTab')) },
      ],
    },
  ],
};
