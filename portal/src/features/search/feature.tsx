import type { Feature } from '@/app/feature';

export const search: Feature = {
  navigation: [{ href: '/devcenter-api-2.0', title: 'titles.apiExplorer', order: 90 }],
};
