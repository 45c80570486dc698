import { useTranslation } from '@/texts';
import { Outlet } from 'react-router';
import { useProject } from '@/features/projects/useProject';
import { useCanInProject } from '@/session/session';
import { RouteTabs } from '@/shared/RouteTabs';
import { POLICY_TABS } from './tabs';
import './policies.css';

/** What a project does with its tags by rules: a tab for each kind. */
export default function PoliciesPage() {
  const { t } = useTranslation();
  const project = useProject();
  const can = useCanInProject(project.project_id);
  return (
    <>
      <RouteTabs
        label={t('titles.policies')}
        base={`/harbor/projects/${project.project_id}/tag-strategy`}
        tabs={POLICY_TABS.filter((tab) => tab.isVisible(can)).map(({ path, title }) => ({ path, title: t(title) }))}
      />
      <div className="m-policy">
        <Outlet />
      </div>
    </>
  );
}
