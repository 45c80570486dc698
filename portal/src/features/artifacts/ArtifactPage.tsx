import { Button, Flex, Label, PageSection } from '@patternfly/react-core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { Link, Navigate, Outlet, useLocation } from 'react-router';
import { comparisonAddress } from '@/features/repositories/addresses';
import { useTypeName } from '@/features/repositories/ArtifactType';
import { useCanInProject } from '@/session/session';
import { CopyButton } from '@/shared/Copy';
import { shortDigest } from '@/shared/format';
import { PageHeader } from '@/shared/PageHeader';
import { RouteTabs } from '@/shared/RouteTabs';
import { tabsOf, TABS } from './tabs';
import { useArtifact } from './useArtifact';
import './texts';

const DeleteArtifact = lazy(() => import('./DeleteArtifact'));

/** One artifact: what it is, and a tab for everything it has. */
export default function ArtifactPage() {
  const { t } = useTranslation();
  const { artifact, repository, address } = useArtifact();
  const { project, name } = repository;
  const can = useCanInProject(project.project_id);
  const typeName = useTypeName();
  const { pathname } = useLocation();
  const [isDeleting, setDeleting] = useState(false);
  const tabs = tabsOf(artifact, can('repository', 'pull'));
  const here = TABS.find((tab) => pathname.endsWith(`/${tab}`));
  // Harbor's address has no tab. The manifest has one once it is known what its visitor may do.
  if (here === undefined || (here !== 'manifest' && !tabs.includes(here))) {
    return <Navigate to={`${address}/overview`} replace />;
  }
  return (
    <>
      <PageHeader
        title={
          <>
            <code>{shortDigest(artifact.digest)}</code>
            <CopyButton text={artifact.digest} label={`${t('common.copy')} ${shortDigest(artifact.digest)}`} />{' '}
            <Label color="blue">{typeName(artifact.type)}</Label>
          </>
        }
        tabTitle={shortDigest(artifact.digest)}
        crumbs={[
          { title: t('titles.projects'), to: '/harbor/projects' },
          { title: project.name, to: `/harbor/projects/${project.project_id}` },
          { title: name, to: repository.address },
        ]}
        actions={
          <Flex columnGap={{ default: 'columnGapSm' }}>
            <Button
              variant="secondary"
              component={(props) => (
                <Link {...props} to={comparisonAddress(project.project_id, name, artifact.digest, '')} />
              )}
            >
              {t('artifacts.compare')}
            </Button>
            {can('artifact', 'delete') && (
              <Button variant="secondary" isDanger onClick={() => setDeleting(true)}>
                {t('common.delete')}
              </Button>
            )}
          </Flex>
        }
      />
      <RouteTabs
        label={t('artifacts.parts')}
        base={address}
        tabs={tabs.map((path) => ({ path, title: t(`artifacts.tabs.${path}`) }))}
      />
      <PageSection hasBodyWrapper={false}>
        <Outlet />
      </PageSection>
      <Suspense>{isDeleting && <DeleteArtifact onClose={() => setDeleting(false)} />}</Suspense>
    </>
  );
}
