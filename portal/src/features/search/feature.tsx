import type { Feature } from '@/app/feature';

export const search: Feature = {
  navigation: [{ href: '/devcenter-api-2.0', title: 'common.apiExplorer', order: 90 }],
};
