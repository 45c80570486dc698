import type { Feature } from '@/app/feature';
import { lazyPage } from '@/app/lazyPage';

export const groups: Feature = {
  navigation: [
    {
      path: 'groups',
      title: 'titles.groups',
      order: 20,
      isAdministration: true,
      isVisible: (_, can) => can('user-group', 'list'),
    },
  ],
  routes: [
    { path: 'groups', element: lazyPage(() => import('./GroupsPage')) },
    { path: 'groups/:groupId', element: lazyPage(() => import('./GroupPage')) },
  ],
};
