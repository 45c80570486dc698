import type { Feature } from '@/app/feature';
import { lazyPage } from '@/app/lazyPage';

export const quotas: Feature = {
  navigation: [
    {
      path: 'project-quotas',
      title: 'titles.quotas',
      order: 70,
      isAdministration: true,
      // No permission of the system stands for it: the API gives quotas to administrators.
      isVisible: ({ user }) => user?.sysadmin_flag === true,
    },
  ],
  routes: [{ path: 'project-quotas', element: lazyPage(() => import('./QuotasPage')) }],
};
