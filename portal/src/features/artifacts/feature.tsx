import type { Feature } from '@/app/feature';

export const artifacts: Feature = {};
