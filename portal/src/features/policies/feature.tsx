import type { Feature } from '@/app/feature';

export const policies: Feature = {};
