import type { Feature } from '@/app/feature';

export const users: Feature = {};
