import { useProject } from '@/features/projects/useProject';
import { useCanInProject } from '@/session/session';
import { RobotList } from './RobotList';

/** The tab of a project with its robots. */
export default function ProjectRobotsPage() {
  const { project_id, name } = useProject();
  const can = useCanInProject(project_id);
  return (
    <RobotList
      scope={{ level: 'project', projectId: project_id, project: name }}
      can={(action) => can('robot', action)}
    />
  );
}
