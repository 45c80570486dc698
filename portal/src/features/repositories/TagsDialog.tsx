import { Alert, Button, Form, ModalBody, ModalHeader, SearchInput } from '@patternfly/react-core';
import LockIcon from '@patternfly/react-icons/dist/esm/icons/lock-icon';
import TrashIcon from '@patternfly/react-icons/dist/esm/icons/trash-icon';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useId, useState } from 'react';
import { useTranslation } from '@/texts';
import { createTag, listTags, type TagView } from '@/api/generated';
import { page } from '@/api/pages';
import { projectKey } from '@/features/projects/useProject';
import { TrashLink } from '@/features/trash/TrashLink';
import { useCanInProject } from '@/session/session';
import { Dialog } from '@/shared/Dialog';
import { ErrorAlert } from '@/shared/Failure';
import { Field } from '@/shared/Field';
import { shortDigest } from '@/shared/format';
import { buildQuery } from '@/shared/query';
import { Time } from '@/shared/Time';
import { useAction } from '@/shared/useAction';
import { useDelayed } from '@/shared/useDelayed';
import { isTagName } from './tagNames';
import { useRepository } from './useRepository';
import './repositories.css';
import './texts';

const DeleteTag = lazy(() => import('./DeleteTag'));

/** More tags than this are found by typing a part of them. */
const SHOWN = 50;

/** The tags of an artifact: adds and deletes them. What was deleted is said here: behind a dialog no link is reached. */
export default function TagsDialog({ digest, onClose }: { digest: string; onClose: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const { project, fullName, path, key } = useRepository();
  const can = useCanInProject(project.project_id);
  const [wanted, setWanted] = useState('');
  const text = useDelayed(wanted);
  const [deleting, setDeleting] = useState<string>();
  const [deleted, setDeleted] = useState<string>();
  const query = {
    page: 1,
    page_size: SHOWN,
    sort: '-push_time',
    q: buildQuery([{ key: 'name', comparison: 'contains', value: text }]),
    with_immutable_status: true,
  };
  const list = useQuery({
    queryKey: key('tags', digest, query),
    queryFn: () => page(listTags({ path: { ...path, reference: digest }, query })),
    placeholderData: keepPreviousData,
  });
  const total = list.data?.total ?? 0;
  return (
    <>
      <Dialog isOpen={deleting === undefined} variant="medium" onClose={onClose} aria-labelledby={id}>
        <ModalHeader
          title={t('repositories.changeTags')}
          description={`${fullName}@${shortDigest(digest)}`}
          labelId={id}
        />
        <ModalBody>
          {deleted !== undefined && (
            <Alert variant="success" isInline isLiveRegion title={t('repositories.tagDeleted', { name: deleted })}>
              <TrashLink projectId={project.project_id} />
            </Alert>
          )}
          {can('tag', 'create') && <AddTag digest={digest} />}
          {list.error && <ErrorAlert error={list.error} onRetry={() => void list.refetch()} />}
          {(total > SHOWN || wanted !== '') && (
            <SearchInput
              aria-label={t('common.filterBy', { what: t('repositories.tag') })}
              placeholder={t('common.filterBy', { what: t('repositories.tag') })}
              value={wanted}
              onChange={(_, value) => setWanted(value)}
              onClear={() => setWanted('')}
            />
          )}
          {total > SHOWN && (
            <Alert variant="info" isInline isPlain title={t('repositories.someTags', { count: SHOWN, total })} />
          )}
          {list.data && list.data.items.length > 0 && (
            <TagTable tags={list.data.items} onDelete={can('tag', 'delete') ? setDeleting : undefined} />
          )}
        </ModalBody>
      </Dialog>
      <Suspense>
        {deleting !== undefined && (
          <DeleteTag
            projectId={project.project_id}
            path={{ ...path, reference: digest, tag_name: deleting }}
            onDeleted={setDeleted}
            onClose={() => setDeleting(undefined)}
          />
        )}
      </Suspense>
    </>
  );
}

function AddTag({ digest }: { digest: string }) {
  const { t } = useTranslation();
  const { project, path } = useRepository();
  const [name, setName] = useState('');
  const isValid = isTagName(name);
  const add = useAction({
    run: () => createTag({ path: { ...path, reference: digest }, body: { name } }),
    changes: [projectKey(project.project_id)],
    done: t('repositories.tagAdded', { name }),
    onDone: () => setName(''),
  });
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        if (isValid && !add.isPending) add.mutate();
      }}
    >
      {add.error && <ErrorAlert error={add.error} />}
      <Field
        label={t('repositories.newTag')}
        value={name}
        onChange={setName}
        error={name === '' || isValid ? null : t('repositories.tagInvalid')}
        autoComplete="off"
      />
      <div>
        <Button type="submit" variant="secondary" isDisabled={!isValid || add.isPending} isLoading={add.isPending}>
          {t('repositories.addTag')}
        </Button>
      </div>
    </Form>
  );
}

function TagTable({ tags, onDelete }: { tags: TagView[]; onDelete?: (name: string) => void }) {
  const { t } = useTranslation();
  return (
    <div className="m-lost">
      <Table aria-label={t('repositories.tags')} variant="compact" borders={false}>
        <Thead>
          <Tr>
            <Th>{t('repositories.tag')}</Th>
            <Th>{t('repositories.pushed')}</Th>
            <Th>{t('repositories.pulled')}</Th>
            <Th screenReaderText={t('common.actions')} />
          </Tr>
        </Thead>
        <Tbody>
          {tags.map(({ name, push_time: pushed, pull_time: pulled, immutable }) => (
            <Tr key={name}>
              <Td dataLabel={t('repositories.tag')} modifier="breakWord">
                {name}
              </Td>
              <Td dataLabel={t('repositories.pushed')}>
                <Time value={pushed} />
              </Td>
              <Td dataLabel={t('repositories.pulled')}>
                <Time value={pulled} />
              </Td>
              <Td isActionCell>
                {immutable ? (
                  <span className="m-small m-nowrap">
                    <LockIcon /> {t('repositories.immutable')}
                  </span>
                ) : (
                  onDelete && (
                    <Button
                      variant="plain"
                      size="sm"
                      icon={<TrashIcon />}
                      aria-label={t('repositories.deleteTag', { name })}
                      onClick={() => onDelete(name)}
                    />
                  )
                )}
              </Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
    </div>
  );
}
