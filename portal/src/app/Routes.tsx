/** The addresses of the portal: Harbor's (H row 109), so that links and bookmarks keep working. */

import { Navigate, useRoutes, type RouteObject } from 'react-router';
import { FEATURES } from '@/features';
import { FirstTab } from '@/features/projects/FirstTab';
import { lazyPage } from './lazyPage';
import { NotFoundPage } from './NotFoundPage';
import { Shell } from './Shell';

const TABS = FEATURES.flatMap((feature) => feature.projectTabs ?? []).sort((a, b) => a.order - b.order);

const PROJECT: RouteObject = {
  path: 'projects/:projectId',
  element: lazyPage(() => import('@/features/projects/ProjectPage')),
  children: [
    { index: true, element: <FirstTab /> },
    ...TABS.map(({ path, element, children }) => ({ path, element, children })),
    { path: '*', element: <NotFoundPage /> },
  ],
};

const ROUTES: RouteObject[] = [
  { path: '/account/sign-in', element: lazyPage(() => import('@/session/SignInPage')) },
  {
    path: '/harbor',
    element: <Shell />,
    children: [
      { index: true, element: <Navigate to="/harbor/projects" replace /> },
      ...FEATURES.flatMap((feature) => feature.routes ?? []),
      PROJECT,
      { path: '*', element: <NotFoundPage /> },
    ],
  },
  { path: '/', element: <Navigate to="/harbor/projects" replace /> },
  { path: '*', element: <NotFoundPage /> },
];

export function Routes() {
  return useRoutes(ROUTES);
}
