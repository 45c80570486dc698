import { Label } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import type { ProjectView } from '@/api/generated';
import './texts';

/** Whether everybody may pull from a project; in a span, so that no grid stretches it. */
export function AccessLabel({ project }: { project: Pick<ProjectView, 'metadata'> }) {
  const { t } = useTranslation();
  const isPublic = project.metadata.public === 'true';
  return (
    <span>
      <Label color={isPublic ? 'green' : 'grey'}>{t(isPublic ? 'projects.public' : 'projects.private')}</Label>
    </span>
  );
}
