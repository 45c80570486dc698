import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addLabel, listLabels, type LabelView } from '@/api/generated';
import { page } from '@/api/pages';
import { LabelChip } from '@/features/labels/LabelChip';
import { projectKey } from '@/features/projects/useProject';
import { ErrorAlert } from '@/shared/Failure';
import { shortDigest } from '@/shared/format';
import { Suggest } from '@/shared/Suggest';
import { useAction } from '@/shared/useAction';
import { useDelayed } from '@/shared/useDelayed';
import { useArtifact } from './useArtifact';

/** Labels offered of each scope. */
const OFFERED = 10;

export default function AddLabel({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { artifact, path } = useArtifact();
  const id = useId();
  const [text, setText] = useState('');
  const name = useDelayed(text.trim());
  const found = useFitting(artifact.project_id, name);
  const used = new Set((artifact.labels ?? []).map((label) => label.id));
  const free = (labels: LabelView[] | undefined) => (labels ?? []).filter((label) => !used.has(label.id));
  const add = useAction({
    run: (label: LabelView) => addLabel({ path, body: { id: label.id } }),
    changes: [projectKey(artifact.project_id)],
    done: (_, label) => t('artifacts.labels.added', { name: label.name }),
    onDone: onClose,
  });
  const groups = [
    { key: 'p', title: t('artifacts.labels.ofProject'), items: free(found.data?.project) },
    { key: 'g', title: t('artifacts.labels.ofSystem'), items: free(found.data?.system) },
  ];
  const isNothing = found.data !== undefined && groups.every(({ items }) => items.length === 0);
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby={id}>
      <ModalHeader
        title={t('artifacts.labels.addTitle', { digest: shortDigest(artifact.digest) })}
        labelId={id}
      />
      <ModalBody className="m-room-for-list">
        {(add.error ?? found.error) && <ErrorAlert error={add.error ?? found.error} />}
        <Suggest<LabelView>
          label={t('artifacts.labels.field')}
          clear={t('artifacts.labels.clear')}
          placeholder={t('artifacts.labels.placeholder')}
          text={text}
          onText={setText}
          groups={groups}
          itemKey={(label) => String(label.id)}
          render={(label) => <LabelChip name={label.name} color={label.color} />}
          onChoose={(label) => add.mutate(label)}
          isLoading={found.isFetching || add.isPending}
          message={isNothing ? t('artifacts.labels.nothing') : undefined}
        />
      </ModalBody>
      <ModalFooter>
        <Button variant="link" onClick={onClose}>
          {t('common.cancel')}
        </Button>
      </ModalFooter>
    </Modal>
  );
}

function useFitting(projectId: number, name: string) {
  const query = { name: name || undefined, page: 1, page_size: OFFERED, sort: 'name' };
  return useQuery({
    queryKey: projectKey(projectId, 'labels', 'fitting', name),
    queryFn: async () => {
      const [ofProject, ofSystem] = await Promise.all([
        page(listLabels({ query: { ...query, scope: 'p', project_id: projectId } })),
        page(listLabels({ query: { ...query, scope: 'g' } })),
      ]);
      return { project: ofProject.items, system: ofSystem.items };
    },
    placeholderData: keepPreviousData,
  });
}
