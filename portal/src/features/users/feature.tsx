import type { Feature } from '@/app/feature';
import { lazyPage } from '@/app/lazyPage';

export const users: Feature = {
  navigation: [
    {
      path: 'users',
      title: 'titles.users',
      order: 10,
      isAdministration: true,
      isVisible: (_, can) => can('user', 'list'),
    },
  ],
  routes: [{ path: 'users', element: lazyPage(() => import('./UsersPage')) }],
};
