import type { Feature } from '@/app/feature';

export const trash: Feature = {};
