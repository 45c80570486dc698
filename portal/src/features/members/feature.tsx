import type { Feature } from '@/app/feature';
import { lazyPage } from '@/app/lazyPage';

export const members: Feature = {
  projectTabs: [
    {
      path: 'members',
      title: 'titles.members',
      order: 30,
      // Who has not signed in sees no members, also of a public project.
      isVisible: (can, _, { user }) => user !== null && can('member', 'list'),
      element: lazyPage(() => import('./MembersPage')),
    },
  ],
};
