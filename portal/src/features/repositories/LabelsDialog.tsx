import { ModalBody, ModalHeader } from '@patternfly/react-core';
import { useId, useState } from 'react';
import { useTranslation } from '@/texts';
import { addLabel, removeLabel, type ArtifactView, type LabelView } from '@/api/generated';
import { projectKey } from '@/features/projects/useProject';
import { Dialog } from '@/shared/Dialog';
import { ErrorAlert } from '@/shared/Failure';
import { shortDigest } from '@/shared/format';
import { useCanInProject } from '@/session/session';
import { useAction } from '@/shared/useAction';
import { LabelPicker } from './LabelPicker';
import { useRepository } from './useRepository';
import './texts';

interface Change {
  label: LabelView;
  on: boolean;
}

/** Puts labels on an artifact, and takes them off: at once, one by one. */
export default function LabelsDialog({ artifact, onClose }: { artifact: ArtifactView; onClose: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const { project, fullName, path, key } = useRepository();
  const can = useCanInProject(project.project_id);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set(artifact.labels?.map((label) => label.id)));
  const place = { ...path, reference: artifact.digest };
  const change = useAction<Change>({
    run: ({ label, on }) =>
      on ? addLabel({ path: place, body: { id: label.id } }) : removeLabel({ path: { ...place, label_id: label.id } }),
    changes: [key('artifacts'), key('artifact'), projectKey(project.project_id, 'artifacts')],
    onDone: (_, { label, on }) =>
      setChosen((before) => new Set(on ? [...before, label.id] : [...before].filter((other) => other !== label.id))),
  });
  const toggle = (label: LabelView, on: boolean) => {
    if (on || can('artifact-label', 'delete')) change.mutate({ label, on });
  };
  return (
    <Dialog variant="small" onClose={onClose} aria-labelledby={id}>
      <ModalHeader
        title={t('repositories.labels.change')}
        description={`${fullName}@${shortDigest(artifact.digest)}`}
        labelId={id}
      />
      <ModalBody>
        {change.error && <ErrorAlert error={change.error} />}
        <LabelPicker projectId={project.project_id} chosen={chosen} isDisabled={change.isPending} onToggle={toggle} />
      </ModalBody>
    </Dialog>
  );
}
