import { defineTexts } from '@/texts';

export const quotas = defineTexts('quotas', {
  description:
    'How many bytes of distinct layers and manifests a project holds, and may hold. A push that would exceed the limit is refused; nothing is ever deleted because of it.',
  list: 'Quotas of projects',
  project: 'Project',
  owner: 'Owner',
  builtInAdmin: 'admin',
  usage: 'Storage used',
  usageOf: 'Storage that {{name}} uses',
  limit: 'Limit',
  unit: 'GiB',
  noLimit: 'No limit',
  newProjects: 'Limit of new projects: {{limit}}',
  changeDefault: 'Change the default',
  off: 'Quotas are turned off: usage is counted, but no push is refused.',
  edit: 'Change the limit',
  editTitle: 'Storage limit of {{name}}',
  editDescription: '{{name}} uses {{used}} now.',
  invalid: 'Write a number of GiB above 0, at most 1048576 (1 PiB).',
  belowUsage:
    'This is less than the project uses. What is there stays and can be pulled; pushes of anything new are refused until enough was deleted.',
  changed: 'The limit of {{name}} was changed.',
  empty: 'No project has a quota',
  emptyHint: 'Every project gets one when it is made.',
  toProjects: 'Projects',
});
