import { Outlet } from 'react-router';
import type { Feature } from '@/app/feature';
import { lazyPage } from '@/app/lazyPage';

export const webhooks: Feature = {
  projectTabs: [
    {
      path: 'webhook',
      title: 'titles.webhooks',
      order: 70,
      isVisible: (can) => can('notification-policy', 'list'),
      element: <Outlet />,
      children: [
        { index: true, element: lazyPage(() => import('./WebhooksPage')) },
        { path: ':policyId', element: lazyPage(() => import('./DeliveriesPage')) },
      ],
    },
  ],
};
