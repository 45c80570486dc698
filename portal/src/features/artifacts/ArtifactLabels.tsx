import { Button, Flex, FlexItem } from '@patternfly/react-core';
import PlusIcon from '@patternfly/react-icons/dist/esm/icons/plus-icon';
import TimesIcon from '@patternfly/react-icons/dist/esm/icons/times-icon';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { removeLabel } from '@/api/generated';
import { LabelChip } from '@/features/labels/LabelChip';
import { projectKey } from '@/features/projects/useProject';
import { useCanInProject } from '@/session/session';
import { ErrorAlert } from '@/shared/Failure';
import { useAction } from '@/shared/useAction';
import { useArtifact } from './useArtifact';

const AddLabel = lazy(() => import('./AddLabel'));

/** The labels of an artifact, to be put on and taken off. */
export function ArtifactLabels() {
  const { t } = useTranslation();
  const { artifact, path } = useArtifact();
  const can = useCanInProject(artifact.project_id);
  const [isAdding, setAdding] = useState(false);
  const remove = useAction({
    run: ({ id }: { id: number; name: string }) => removeLabel({ path: { ...path, label_id: id } }),
    changes: [projectKey(artifact.project_id)],
    done: (_, { name }) => t('artifacts.labels.removed', { name }),
  });
  const labels = artifact.labels ?? [];
  return (
    <>
      {remove.error && <ErrorAlert error={remove.error} />}
      {labels.length === 0 && <p>{t('artifacts.labels.none')}</p>}
      <Flex gap={{ default: 'gapSm' }}>
        {labels.map(({ id, name, color }) => (
          <FlexItem key={id}>
            <LabelChip name={name} color={color} />
            {can('artifact-label', 'delete') && (
              <Button
                variant="plain"
                size="sm"
                icon={<TimesIcon />}
                aria-label={t('artifacts.labels.remove', { name })}
                isDisabled={remove.isPending}
                onClick={() => remove.mutate({ id, name })}
              />
            )}
          </FlexItem>
        ))}
      </Flex>
      {can('artifact-label', 'create') && (
        <Button variant="link" isInline icon={<PlusIcon />} onClick={() => setAdding(true)}>
          {t('artifacts.labels.add')}
        </Button>
      )}
      <Suspense>{isAdding && <AddLabel onClose={() => setAdding(false)} />}</Suspense>
    </>
  );
}
