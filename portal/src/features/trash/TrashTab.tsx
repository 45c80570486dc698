import { Content } from '@patternfly/react-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from '@/texts';
import { dropDeletion, listTrash, undelete, type TrashEntryView } from '@/api/generated';
import { body, page } from '@/api/pages';
import { projectKey, useProject } from '@/features/projects/useProject';
import { repositoryAddress } from '@/features/repositories/addresses';
import { Empty } from '@/shared/Empty';
import { repositoryInProject } from '@/shared/format';
import { useListState } from '@/shared/useListState';
import { repositoryOf } from './entries';
import { TrashTable, type Trash } from './TrashTable';
import './texts';

/** What was deleted in a project, and can come back. */
export default function TrashTab() {
  const { t } = useTranslation();
  const project = useProject();
  const id = project.project_id;
  const path = { project_name_or_id: String(id) };
  const state = useListState({
    sort: '-deletion_time',
    filters: [
      { key: 'resource', comparison: 'contains' },
      { key: 'kind', comparison: 'exact' },
    ],
  });
  const list = useQuery({
    queryKey: projectKey(id, 'trash', state.query),
    queryFn: () => page(listTrash({ path, query: state.query })),
    placeholderData: keepPreviousData,
  });
  const trash: Trash = {
    undelete: (entry, wanted) => body(undelete({ path: { ...path, trash_id: entry.id }, body: wanted })),
    drop: (entry) => dropDeletion({ path: { ...path, trash_id: entry.id } }),
    changes: [projectKey(id)],
    addressOf: (entry: TrashEntryView) => repositoryAddress(id, repositoryInProject(repositoryOf(entry))),
  };
  return (
    <>
      <Content component="p">{t('trash.description')}</Content>
      <TrashTable
        label={t('trash.list', { project: project.name })}
        list={list}
        state={state}
        trash={trash}
        kinds={['tag', 'artifact', 'repository']}
        empty={<Empty title={t('trash.empty')}>{t('trash.emptyHint')}</Empty>}
      />
    </>
  );
}
