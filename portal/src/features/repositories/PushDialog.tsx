import { ModalBody, ModalHeader } from '@patternfly/react-core';
import { useId } from 'react';
import { useTranslation } from '@/texts';
import { PushCommands } from '@/features/projects/PushCommands';
import { Dialog } from '@/shared/Dialog';
import './texts';

/** How to push into a project, over its list of repositories. */
export default function PushDialog({ project, onClose }: { project: string; onClose: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <Dialog variant="medium" onClose={onClose} aria-labelledby={id}>
      <ModalHeader title={t('repositories.push.title')} description={t('repositories.push.hint')} labelId={id} />
      <ModalBody>
        <PushCommands project={project} />
      </ModalBody>
    </Dialog>
  );
}
