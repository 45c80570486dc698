import type { Feature } from '@/app/feature';

export const members: Feature = {};
