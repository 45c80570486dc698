import type { Feature } from '@/app/feature';

export const labels: Feature = {};
