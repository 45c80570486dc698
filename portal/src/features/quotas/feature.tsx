import type { Feature } from '@/app/feature';

export const quotas: Feature = {};
