import { schedule } from './scheduleTexts';

export const policies = { schedule } as const;
