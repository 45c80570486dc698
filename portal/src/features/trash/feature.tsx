import type { Feature } from '@/app/feature';
import { lazyPage } from '@/app/lazyPage';

export const trash: Feature = {
  navigation: [
    {
      path: 'trash',
      title: 'titles.deletedProjects',
      order: 75,
      isAdministration: true,
      isVisible: ({ user }) => user?.sysadmin_flag === true,
    },
    {
      // Who administered a project may bring it back; an address is in one of the two groups only.
      path: 'trash',
      title: 'titles.deletedProjects',
      order: 75,
      isVisible: ({ user }) => user?.sysadmin_flag === false,
    },
  ],
  routes: [{ path: 'trash', element: lazyPage(() => import('./DeletedProjectsPage')) }],
  projectTabs: [
    {
      path: 'trash',
      title: 'titles.trash',
      order: 75,
      // As the server has it: who may delete something may bring it back.
      isVisible: (can) => can('repository', 'delete') || can('artifact', 'delete') || can('tag', 'delete'),
      element: lazyPage(() => import('./TrashTab')),
    },
  ],
};
