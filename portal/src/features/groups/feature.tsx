import type { Feature } from '@/app/feature';

export const groups: Feature = {};
