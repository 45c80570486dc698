import { Navigate } from 'react-router';
import { useProject } from '@/features/projects/useProject';
import { useCanInProject } from '@/session/session';
import { POLICY_TABS } from './tabs';

/** The tab's own address shows the first kind of policies its visitor may see. */
export function FirstPolicy() {
  const can = useCanInProject(useProject().project_id);
  const first = POLICY_TABS.find((tab) => tab.isVisible(can));
  return first === undefined ? null : <Navigate to={first.path} replace />;
}
