import type { Feature } from '@/app/feature';

export const jobs: Feature = {};
