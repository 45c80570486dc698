import { Button, Label, LabelGroup, Tooltip } from '@patternfly/react-core';
import LockIcon from '@patternfly/react-icons/dist/esm/icons/lock-icon';
import PlusIcon from '@patternfly/react-icons/dist/esm/icons/plus-icon';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TagView } from '@/api/generated';
import { useCanInProject } from '@/session/session';
import { useArtifact } from './useArtifact';

const AddTag = lazy(() => import('./AddTag'));
const RemoveTag = lazy(() => import('./RemoveTag'));

/** Chips shown before "more". */
const SHOWN = 20;

/** What an artifact is called. */
export function ArtifactTags() {
  const { t } = useTranslation();
  const { artifact } = useArtifact();
  const can = useCanInProject(artifact.project_id);
  const [isAdding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<TagView | null>(null);
  const tags = artifact.tags ?? [];
  const mayRemove = can('tag', 'delete');
  return (
    <>
      {tags.length === 0 && <p>{t('artifacts.tags.none')}</p>}
      {tags.length > 0 && (
        <LabelGroup numLabels={SHOWN} aria-label={t('artifacts.tags.title')}>
          {tags.map((tag) =>
            tag.immutable ? (
              <Tooltip key={tag.name} content={t('artifacts.tags.immutable')}>
                <Label icon={<LockIcon />} tabIndex={0}>
                  {tag.name}
                </Label>
              </Tooltip>
            ) : (
              <Label
                key={tag.name}
                onClose={mayRemove ? () => setRemoving(tag) : undefined}
                closeBtnAriaLabel={t('artifacts.tags.remove', { name: tag.name })}
              >
                {tag.name}
              </Label>
            ),
          )}
        </LabelGroup>
      )}
      {can('tag', 'create') && (
        <Button variant="link" isInline icon={<PlusIcon />} onClick={() => setAdding(true)}>
          {t('artifacts.tags.add')}
        </Button>
      )}
      <Suspense>
        {isAdding && <AddTag onClose={() => setAdding(false)} />}
        {removing && <RemoveTag tag={removing} onClose={() => setRemoving(null)} />}
      </Suspense>
    </>
  );
}
