import type { Feature } from '@/app/feature';

export const repositories: Feature = {};
