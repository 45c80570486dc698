/** Every feature of the portal. A new capability is a folder beside this file and a line here. */
import type { Feature } from '@/app/feature';
import { projects } from './projects/feature';

export const FEATURES: Feature[] = [projects];
