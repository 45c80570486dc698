import { Button, Label, LabelGroup } from '@patternfly/react-core';
import LockIcon from '@patternfly/react-icons/dist/esm/icons/lock-icon';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { useCanInProject } from '@/session/session';
import { useSayDeleted } from '@/features/trash/useSayDeleted';
import { Part } from './Part';
import { useArtifact } from './useArtifact';
import './texts';
import '@/features/repositories/texts';

const AddTag = lazy(() => import('./AddTag'));
const DeleteTag = lazy(() => import('@/features/repositories/DeleteTag'));

/** Chips shown before "more". */
const SHOWN = 20;

/** What an artifact is called: tags to add and to take away. */
export function TagsPart() {
  const { t } = useTranslation();
  const { artifact, path } = useArtifact();
  const can = useCanInProject(artifact.project_id);
  const sayDeleted = useSayDeleted(artifact.project_id);
  const [isAdding, setAdding] = useState(false);
  const [deleting, setDeleting] = useState<string>();
  const tags = artifact.tags ?? [];
  const add = can('tag', 'create') && (
    <Button variant="link" isInline onClick={() => setAdding(true)}>
      {t('artifacts.tags.add')}
    </Button>
  );
  const deleteOf = (name: string) => (can('tag', 'delete') ? () => setDeleting(name) : undefined);
  return (
    <Part title={t('artifacts.tags.title')} actions={add}>
      {tags.length === 0 && t('artifacts.tags.none')}
      {tags.length > 0 && (
        <LabelGroup numLabels={SHOWN} aria-label={t('artifacts.tags.title')}>
          {tags.map(({ name, immutable }) => (
            <Label
              key={name}
              icon={immutable && <LockIcon role="img" aria-label={t('artifacts.tags.immutable')} aria-hidden={false} />}
              title={immutable ? t('artifacts.tags.immutable') : undefined}
              onClose={immutable ? undefined : deleteOf(name)}
              closeBtnAriaLabel={t('repositories.deleteTag', { name })}
            >
              {name}
            </Label>
          ))}
        </LabelGroup>
      )}
      <Suspense>
        {isAdding && <AddTag onClose={() => setAdding(false)} />}
        {deleting !== undefined && (
          <DeleteTag
            projectId={artifact.project_id}
            path={{ ...path, tag_name: deleting }}
            onDeleted={(name) => sayDeleted(t('repositories.tagDeleted', { name }))}
            onClose={() => setDeleting(undefined)}
          />
        )}
      </Suspense>
    </Part>
  );
}
