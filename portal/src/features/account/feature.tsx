import type { Feature } from '@/app/feature';
import { lazyPage } from '@/app/lazyPage';

export const account: Feature = {
  routes: [{ path: 'account', element: lazyPage(() => import('./AccountPage')) }],
};
