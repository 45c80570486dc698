import { Card, CardBody, CardTitle, Grid, GridItem } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '@/texts';
import { Link } from 'react-router';
import { getProjectSummary, type ProjectView, type SummaryView } from '@/api/generated';
import { body } from '@/api/pages';
import { useCanInProject, useSession } from '@/session/session';
import { Facts } from '@/shared/Facts';
import { Failure } from '@/shared/Failure';
import { Time } from '@/shared/Time';
import { AccessLabel } from './AccessLabel';
import { MemberCounts } from './MemberCounts';
import { PushCommands } from './PushCommands';
import { RoleName } from './RoleName';
import { StorageCard } from './StorageCard';
import { projectKey, useProject } from './useProject';
import './texts';

/** A project at a glance: what it holds, who is in it, and how to push to it. */
export default function SummaryPage() {
  const { t } = useTranslation();
  const project = useProject();
  const { user } = useSession();
  const can = useCanInProject(project.project_id);
  const summary = useQuery({
    queryKey: projectKey(project.project_id, 'summary'),
    queryFn: () => body(getProjectSummary({ path: { project_name_or_id: String(project.project_id) } })),
  });
  if (summary.error !== null && summary.data === undefined) {
    return <Failure error={summary.error} onRetry={() => void summary.refetch()} />;
  }
  const showsMembers = user !== null && can('member', 'list');
  return (
    <Grid hasGutter>
      <GridItem lg={6}>
        <Card isFullHeight>
          <CardTitle component="h2">{t('projects.summary.about')}</CardTitle>
          <CardBody>
            <About project={project} summary={summary.data} />
          </CardBody>
        </Card>
      </GridItem>
      {user !== null && can('quota', 'read') && (
        <GridItem lg={6}>
          <StorageCard projectId={project.project_id} quota={summary.data?.quota} />
        </GridItem>
      )}
      {user !== null && can('repository', 'push') && (
        <GridItem lg={showsMembers ? 7 : 12}>
          <Card isFullHeight>
            <CardTitle component="h2">{t('projects.summary.push')}</CardTitle>
            <CardBody>
              <PushCommands project={project.name} />
            </CardBody>
          </Card>
        </GridItem>
      )}
      {showsMembers && summary.data && (
        <GridItem lg={5}>
          <MemberCounts summary={summary.data} projectId={project.project_id} />
        </GridItem>
      )}
    </Grid>
  );
}

function About({ project, summary }: { project: ProjectView; summary: SummaryView | undefined }) {
  const { t } = useTranslation();
  const repositories = (
    <Link to={`/harbor/projects/${project.project_id}/repositories`}>{summary?.repo_count ?? project.repo_count}</Link>
  );
  return (
    <Facts
      columns={1}
      facts={[
        [t('projects.repositories'), repositories],
        [t('projects.access'), <AccessLabel key="access" project={project} />],
        [t('projects.role'), project.current_user_role_id && <RoleName id={project.current_user_role_id} />],
        [t('projects.owner'), project.owner_name],
        [t('common.created'), <Time key="created" value={project.creation_time} />],
        [t('projects.id'), project.project_id],
      ]}
    />
  );
}
