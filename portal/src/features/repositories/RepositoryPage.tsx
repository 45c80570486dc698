import { PageSection } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { Outlet } from 'react-router';
import { PageHeader } from '@/shared/PageHeader';
import { RouteTabs } from '@/shared/RouteTabs';
import { useRepository } from './useRepository';
import './texts';

/** A repository: its name, and the tabs of its page. */
export default function RepositoryPage() {
  const { t } = useTranslation();
  const { project, name, address } = useRepository();
  return (
    <>
      <PageHeader
        title={name}
        crumbs={[
          { title: t('titles.projects'), to: '/harbor/projects' },
          { title: project.name, to: `/harbor/projects/${project.project_id}/repositories` },
        ]}
      />
      <RouteTabs
        label={t('repositories.tabs')}
        base={address}
        tabs={[
          { path: 'artifacts-tab', title: t('repositories.artifacts') },
          { path: 'info-tab', title: t('repositories.info.title') },
          { path: 'tag-history', title: t('repositories.history.title') },
        ]}
      />
      <PageSection hasBodyWrapper={false}>
        <Outlet />
      </PageSection>
    </>
  );
}
