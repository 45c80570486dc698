/** Texts of every feature, by its name. */
import { account } from './account/texts';
import { artifacts } from './artifacts/texts';
import { configuration } from './configuration/texts';
import { groups } from './groups/texts';
import { health } from './health/texts';
import { housekeeping } from './housekeeping/texts';
import { jobs } from './jobs/texts';
import { labels } from './labels/texts';
import { logs } from './logs/texts';
import { members } from './members/texts';
import { policies } from './policies/texts';
import { projects } from './projects/texts';
import { quotas } from './quotas/texts';
import { repositories } from './repositories/texts';
import { robots } from './robots/texts';
import { search } from './search/texts';
import { trash } from './trash/texts';
import { users } from './users/texts';
import { webhooks } from './webhooks/texts';

export const features = {
  account,
  artifacts,
  configuration,
  groups,
  health,
  housekeeping,
  jobs,
  labels,
  logs,
  members,
  policies,
  projects,
  quotas,
  repositories,
  robots,
  search,
  trash,
  users,
  webhooks,
} as const;
