import type { Feature } from '@/app/feature';

export const webhooks: Feature = {};
