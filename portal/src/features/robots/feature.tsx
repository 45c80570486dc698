import type { Feature } from '@/app/feature';

export const robots: Feature = {};
