import type { Feature } from '@/app/feature';
import { lazyPage } from '@/app/lazyPage';
import { FirstPolicy } from './FirstPolicy';
import { POLICY_TABS } from './tabs';

export const policies: Feature = {
  projectTabs: [
    {
      path: 'tag-strategy',
      title: 'titles.policies',
      order: 60,
      isVisible: (can) => POLICY_TABS.some((tab) => tab.isVisible(can)),
      element: lazyPage(() => import('./PoliciesPage')),
      children: [
        { index: true, element: <FirstPolicy /> },
        ...POLICY_TABS.map(({ path, element, children }) => ({ path, element, children })),
      ],
    },
  ],
};
