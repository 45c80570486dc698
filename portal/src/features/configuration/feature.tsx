import { Navigate } from 'react-router';
import type { Feature } from '@/app/feature';
import { lazyPage } from '@/app/lazyPage';

export const configuration: Feature = {
  navigation: [
    {
      path: 'configs',
      title: 'titles.configuration',
      order: 100,
      isAdministration: true,
      isVisible: (_, can) => can('configuration', 'read'),
    },
  ],
  routes: [
    {
      path: 'configs',
      element: lazyPage(() => import('./ConfigurationPage')),
      children: [
        { index: true, element: <Navigate to="auth" replace /> },
        { path: 'auth', element: lazyPage(() => import('./AuthenticationTab')) },
        { path: 'setting', element: lazyPage(() => import('./SystemTab')) },
        { path: 'banner', element: lazyPage(() => import('./BannerTab')) },
      ],
    },
  ],
};
