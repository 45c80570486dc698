import type { Feature } from '@/app/feature';

export const housekeeping: Feature = {};
