import type { Feature } from '@/app/feature';
import { lazyPage } from '@/app/lazyPage';

export const projects: Feature = {
  navigation: [{ path: 'projects', title: 'projects.title', order: 10 }],
  routes: [{ path: 'projects', element: lazyPage(() => import('./ProjectsPage')) }],
};
