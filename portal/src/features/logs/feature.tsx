import type { Feature } from '@/app/feature';

export const logs: Feature = {};
