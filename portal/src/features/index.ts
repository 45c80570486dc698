/** Every feature of the portal. A new capability is a folder beside this file and a line here. */
import type { Feature } from '@/app/feature';
import { account } from './account/feature';
import { artifacts } from './artifacts/feature';
import { configuration } from './configuration/feature';
import { groups } from './groups/feature';
import { health } from './health/feature';
import { housekeeping } from './housekeeping/feature';
import { jobs } from './jobs/feature';
import { labels } from './labels/feature';
import { logs } from './logs/feature';
import { members } from './members/feature';
import { policies } from './policies/feature';
import { projects } from './projects/feature';
import { quotas } from './quotas/feature';
import { repositories } from './repositories/feature';
import { robots } from './robots/feature';
import { search } from './search/feature';
import { trash } from './trash/feature';
import { users } from './users/feature';
import { webhooks } from './webhooks/feature';

export const FEATURES: Feature[] = [
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
];
