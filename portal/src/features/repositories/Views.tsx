import { useTranslation } from '@/texts';
import { useProject } from '@/features/projects/useProject';
import { useCanInProject } from '@/session/session';
import { RouteTabs } from '@/shared/RouteTabs';
import './texts';

/** The two ways to look at what a project holds: by repository, and every artifact in one list. */
export function Views() {
  const { t } = useTranslation();
  const { project_id: projectId } = useProject();
  const can = useCanInProject(projectId);
  if (!can('repository', 'list') || !can('artifact', 'list')) return null;
  return (
    <div className="m-views">
      <RouteTabs
        label={t('repositories.views.label')}
        base={`/harbor/projects/${projectId}`}
        tabs={[
          { path: 'repositories', title: t('repositories.views.byRepository') },
          { path: 'artifacts', title: t('repositories.views.allArtifacts') },
        ]}
      />
    </div>
  );
}
