/** The kinds of policies a project has, each with its page. Another one is a line here. */

import type { RouteObject } from 'react-router';
import { lazyPage } from '@/app/lazyPage';
import type { Can } from '@/session/session';

interface PolicyTab {
  path: string;
  title: 'titles.retention' | 'titles.immutableTags';
  isVisible: (can: Can) => boolean;
  element?: React.ReactNode;
  children?: RouteObject[];
}

export const POLICY_TABS: PolicyTab[] = [
  {
    path: 'tag-retention',
    title: 'titles.retention',
    isVisible: (can) => can('tag-retention', 'read'),
    children: [
      { index: true, element: lazyPage(() => import('./RetentionPage')) },
      { path: 'runs/:runId', element: lazyPage(() => import('./RunPage')) },
    ],
  },
  {
    path: 'immutable-tag',
    title: 'titles.immutableTags',
    isVisible: (can) => can('immutable-tag', 'list'),
    element: lazyPage(() => import('./ImmutablePage')),
  },
];
