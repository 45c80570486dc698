import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from '@/texts';
import { dropProject, listDeletedProjects, undeleteProject } from '@/api/generated';
import { body, page } from '@/api/pages';
import { Empty } from '@/shared/Empty';
import { PageHeader } from '@/shared/PageHeader';
import { useListState } from '@/shared/useListState';
import { TrashTable, type Trash } from './TrashTable';
import './texts';

const TRASH: Trash = {
  undelete: (entry) => body(undeleteProject({ path: { trash_id: entry.id } })),
  drop: (entry) => dropProject({ path: { trash_id: entry.id } }),
  changes: [['trash'], ['projects'], ['project']],
  addressOf: (entry) => `/harbor/projects/${entry.project_id}`,
};

/** Deleted projects that who sits there may bring back. */
export default function DeletedProjectsPage() {
  const { t } = useTranslation();
  const state = useListState({
    sort: '-deletion_time',
    filters: [{ key: 'resource', comparison: 'contains' }],
  });
  const list = useQuery({
    queryKey: ['trash', state.query],
    queryFn: () => page(listDeletedProjects({ query: state.query })),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHeader title={t('titles.deletedProjects')} description={t('trash.deletedProjectsDescription')} />
      <TrashTable
        label={t('titles.deletedProjects')}
        list={list}
        state={state}
        trash={TRASH}
        empty={<Empty title={t('trash.noProjects')}>{t('trash.noProjectsHint')}</Empty>}
      />
    </>
  );
}
