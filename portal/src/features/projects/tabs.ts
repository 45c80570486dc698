import type { ProjectTab } from '@/app/feature';
import { FEATURES } from '@/features';
import { useCanInProject, useSession } from '@/session/session';
import { useProject } from './useProject';

/** The tabs of the project that its visitor may see. */
export function useVisibleTabs(): ProjectTab[] {
  const project = useProject();
  const session = useSession();
  const can = useCanInProject(project.project_id);
  return FEATURES.flatMap((feature) => feature.projectTabs ?? [])
    .filter((tab) => tab.isVisible(can, project, session))
    .sort((a, b) => a.order - b.order);
}
