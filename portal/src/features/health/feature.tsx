import type { Feature } from '@/app/feature';

export const health: Feature = {};
