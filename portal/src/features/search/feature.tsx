import type { Feature } from '@/app/feature';

export const search: Feature = {};
