/** Texts of every feature, by its name. */
import { projects } from './projects/texts';

export const features = { projects } as const;
