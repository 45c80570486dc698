import type { Feature } from '@/app/feature';
import { lazyPage } from '@/app/lazyPage';
import { FirstTab } from './FirstTab';

export const repositories: Feature = {
  projectTabs: [
    {
      path: 'repositories',
      title: 'titles.repositories',
      order: 20,
      isVisible: (can) => can('repository', 'list'),
      element: lazyPage(() => import('./RepositoriesTab')),
    },
    {
      path: 'artifacts',
      title: 'titles.artifacts',
      order: 25,
      within: 'repositories',
      isVisible: (can) => can('artifact', 'list'),
      element: lazyPage(() => import('./ProjectArtifactsTab')),
    },
  ],
  routes: [
    {
      path: 'projects/:projectId/repositories/:repositoryName',
      element: lazyPage(() => import('./RepositoryPage')),
      children: [
        { index: true, element: <FirstTab /> },
        { path: 'artifacts-tab', element: lazyPage(() => import('./ArtifactsTab')) },
        { path: 'info-tab', element: lazyPage(() => import('./InfoTab')) },
        { path: 'tag-history', element: lazyPage(() => import('./TagHistoryTab')) },
      ],
    },
  ],
};
