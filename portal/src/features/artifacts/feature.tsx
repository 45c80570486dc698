import type { RouteObject } from 'react-router';
import type { Feature } from '@/app/feature';
import { lazyPage } from '@/app/lazyPage';
import type { Tab } from './tabs';

const BELOW_REPOSITORY = 'projects/:projectId/repositories/:repositoryName/artifacts-tab';

const TABS: Record<Tab, React.ReactNode> = {
  overview: lazyPage(() => import('./OverviewTab')),
  platforms: lazyPage(() => import('./PlatformsTab')),
  history: lazyPage(() => import('./HistoryTab')),
  readme: lazyPage(() => import('./ReadmeTab')),
  values: lazyPage(() => import('./ValuesTab')),
  dependencies: lazyPage(() => import('./DependenciesTab')),
  files: lazyPage(() => import('./FilesTab')),
  license: lazyPage(() => import('./LicenseTab')),
  sbom: lazyPage(() => import('./SbomTab')),
  accessories: lazyPage(() => import('./AccessoriesTab')),
  manifest: lazyPage(() => import('./ManifestTab')),
};

const tabs: RouteObject[] = Object.entries(TABS).map(([path, element]) => ({ path, element }));

export const artifacts: Feature = {
  routes: [
    {
      path: `${BELOW_REPOSITORY}/artifacts/:reference`,
      element: lazyPage(() => import('./ArtifactPage')),
      children: tabs,
    },
    { path: `${BELOW_REPOSITORY}/compare`, element: lazyPage(() => import('./comparison/ComparePage')) },
  ],
};
