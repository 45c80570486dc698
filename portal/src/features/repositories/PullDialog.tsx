import { ModalBody, ModalHeader } from '@patternfly/react-core';
import { useId, type ComponentProps } from 'react';
import { useTranslation } from '@/texts';
import { Dialog } from '@/shared/Dialog';
import { shortDigest } from '@/shared/format';
import { PullCommands } from './PullCommands';
import './texts';

/** The commands that pull an artifact, over a list. */
export default function PullDialog({ onClose, ...of }: ComponentProps<typeof PullCommands> & { onClose: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <Dialog variant="medium" onClose={onClose} aria-labelledby={id}>
      <ModalHeader
        title={t('repositories.pull.title')}
        description={`${of.repository}@${shortDigest(of.digest)}`}
        labelId={id}
      />
      <ModalBody>
        <PullCommands {...of} />
      </ModalBody>
    </Dialog>
  );
}
