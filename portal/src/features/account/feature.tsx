import type { Feature } from '@/app/feature';

export const account: Feature = {};
