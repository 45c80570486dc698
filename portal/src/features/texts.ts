/** Types of the texts of every feature, by its name; the texts themselves come with its pages. */
import type { account } from './account/texts';
import type { artifacts } from './artifacts/texts';
import type { configuration } from './configuration/texts';
import type { groups } from './groups/texts';
import type { health } from './health/texts';
import type { housekeeping } from './housekeeping/texts';
import type { jobs } from './jobs/texts';
import type { labels } from './labels/texts';
import type { logs } from './logs/texts';
import type { members } from './members/texts';
import type { policies } from './policies/texts';
import type { projects } from './projects/texts';
import type { quotas } from './quotas/texts';
import type { repositories } from './repositories/texts';
import type { robots } from './robots/texts';
import type { search } from './search/texts';
import type { trash } from './trash/texts';
import type { users } from './users/texts';
import type { webhooks } from './webhooks/texts';

export interface FeatureTexts {
  account: typeof account;
  artifacts: typeof artifacts;
  configuration: typeof configuration;
  groups: typeof groups;
  health: typeof health;
  housekeeping: typeof housekeeping;
  jobs: typeof jobs;
  labels: typeof labels;
  logs: typeof logs;
  members: typeof members;
  policies: typeof policies;
  projects: typeof projects;
  quotas: typeof quotas;
  repositories: typeof repositories;
  robots: typeof robots;
  search: typeof search;
  trash: typeof trash;
  users: typeof users;
  webhooks: typeof webhooks;
}
