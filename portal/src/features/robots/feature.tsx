import type { Feature } from '@/app/feature';
import { lazyPage } from '@/app/lazyPage';

export const robots: Feature = {
  navigation: [
    {
      path: 'robot-accounts',
      title: 'titles.robots',
      order: 30,
      isAdministration: true,
      // Robots of the system are no resource of the system's permissions: they are the administrators'.
      isVisible: ({ user }) => user?.sysadmin_flag ?? false,
    },
  ],
  routes: [{ path: 'robot-accounts', element: lazyPage(() => import('./SystemRobotsPage')) }],
  projectTabs: [
    {
      path: 'robot-account',
      title: 'titles.projectRobots',
      order: 50,
      isVisible: (can) => can('robot', 'list'),
      element: lazyPage(() => import('./ProjectRobotsPage')),
    },
  ],
};
