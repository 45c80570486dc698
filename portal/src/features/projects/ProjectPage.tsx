import { PageSection } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { Outlet } from 'react-router';
import { PageHeader } from '@/shared/PageHeader';
import { RouteTabs } from '@/shared/RouteTabs';
import { AccessLabel } from './AccessLabel';
import { useVisibleTabs } from './tabs';
import { useProject } from './useProject';
import './texts';

/** A project: its name, the tabs its visitor may see, and the page of one of them. */
export default function ProjectPage() {
  const { t } = useTranslation();
  const project = useProject();
  const tabs = useVisibleTabs();
  return (
    <>
      <PageHeader
        title={
          <>
            {project.name} <AccessLabel project={project} />
          </>
        }
        tabTitle={project.name}
        crumbs={[{ title: t('titles.projects'), to: '/harbor/projects' }]}
      />
      <RouteTabs
        label={t('projects.tabs')}
        base={`/harbor/projects/${project.project_id}`}
        tabs={tabs
          .filter(({ within }) => within === undefined)
          .map(({ path, title }) => ({
            path,
            title: t(title),
            parts: tabs.filter(({ within }) => within === path).map((part) => part.path),
          }))}
      />
      <PageSection hasBodyWrapper={false}>
        <Outlet />
      </PageSection>
    </>
  );
}
