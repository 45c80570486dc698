import { Button, Flex, FlexItem, Title } from '@patternfly/react-core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { useNavigate } from 'react-router';
import { listRepositories } from '@/api/generated';
import { ApiError } from '@/api/errors';
import { page } from '@/api/pages';
import { Waiting } from '@/app/Waiting';
import { useCanInProject } from '@/session/session';
import { Empty } from '@/shared/Empty';
import { Facts } from '@/shared/Facts';
import { buildQuery } from '@/shared/query';
import { Time } from '@/shared/Time';
import { unescapeDescription } from './description';
import { useRepository, type RepositoryPlace } from './useRepository';
import './texts';

const DeleteRepositories = lazy(() => import('./DeleteRepositories'));
const EditDescription = lazy(() => import('./EditDescription'));
const Markdown = lazy(() => import('./Markdown'));

/** What a repository is for, and the numbers about it. */
export default function InfoTab() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const place = useRepository();
  const repository = useRepositoryView(place);
  const can = useCanInProject(place.project.project_id);
  const [dialog, setDialog] = useState<'edit' | 'delete'>();
  const description = unescapeDescription(repository.description ?? '');
  const edit = can('repository', 'update') && (
    <Button variant="secondary" onClick={() => setDialog('edit')}>
      {t('repositories.info.edit')}
    </Button>
  );
  const close = () => setDialog(undefined);
  return (
    <>
      <Flex alignItems={{ default: 'alignItemsFlexStart' }}>
        <FlexItem grow={{ default: 'grow' }}>
          <Facts
            facts={[
              [t('common.created'), <Time key="created" value={repository.creation_time} />],
              [t('common.updated'), <Time key="updated" value={repository.update_time} />],
              [t('repositories.artifacts'), repository.artifact_count],
              [t('repositories.pulls'), repository.pull_count],
            ]}
          />
        </FlexItem>
        {can('repository', 'delete') && (
          <Button variant="secondary" isDanger onClick={() => setDialog('delete')}>
            {t('repositories.deleteRepository')}
          </Button>
        )}
      </Flex>
      <Flex justifyContent={{ default: 'justifyContentSpaceBetween' }} className="m-section">
        <Title headingLevel="h2">{t('common.description')}</Title>
        {description !== '' && edit}
      </Flex>
      <Suspense fallback={<Waiting />}>
        {description === '' ? (
          <Empty title={t('repositories.info.empty')} actions={edit}>
            {edit && t('repositories.info.emptyHint')}
          </Empty>
        ) : (
          <Markdown text={description} />
        )}
      </Suspense>
      <Suspense>
        {dialog === 'edit' && <EditDescription description={description} onClose={close} />}
        {dialog === 'delete' && (
          <DeleteRepositories
            project={place.project}
            repositories={[repository]}
            onDeleted={() => void navigate(`/harbor/projects/${place.project.project_id}/repositories`)}
            onClose={close}
          />
        )}
      </Suspense>
    </>
  );
}

/** From the list: that is what visitors of public projects may ask for as well. */
function useRepositoryView({ path, fullName, key }: RepositoryPlace) {
  const { t } = useTranslation();
  return useSuspenseQuery({
    queryKey: key('itself'),
    queryFn: async () => {
      const q = buildQuery([{ key: 'name', comparison: 'exact', value: fullName }]);
      const found = await page(listRepositories({ path: { project_name: path.project_name }, query: { q } }));
      const [repository] = found.items;
      if (repository === undefined) throw new ApiError(t('repositories.notFound', { name: fullName }), 404, '', '');
      return repository;
    },
  }).data;
}
