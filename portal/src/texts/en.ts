/** The catalogue: every text of the portal in English, by feature. */
import { common } from './common';
import { session } from '@/session/texts';
import { features } from '@/features/texts';

export const en = { common, session, ...features } as const;
