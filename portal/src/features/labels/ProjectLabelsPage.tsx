import { useProject } from '@/features/projects/useProject';
import { useCanInProject } from '@/session/session';
import { LabelList } from './LabelList';

/** The labels of a project. */
export default function ProjectLabelsPage() {
  const { project_id } = useProject();
  const can = useCanInProject(project_id);
  return (
    <LabelList
      scope={{ scope: 'p', project_id }}
      may={{ create: can('label', 'create'), update: can('label', 'update'), delete: can('label', 'delete') }}
    />
  );
}
