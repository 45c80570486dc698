import { Label } from '@patternfly/react-core';
import { useTranslation } from 'react-i18next';
import type { ProjectView } from '@/api/generated';

/** Whether everybody may pull from a project. */
export function AccessLabel({ project }: { project: Pick<ProjectView, 'metadata'> }) {
  const { t } = useTranslation();
  return project.metadata.public === 'true' ? (
    <Label color="green">{t('projects.public')}</Label>
  ) : (
    <Label>{t('projects.private')}</Label>
  );
}
