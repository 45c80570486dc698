import type { Feature } from '@/app/feature';

export const configuration: Feature = {};
