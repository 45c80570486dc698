import { useTranslation } from '@/texts';
import { stopGc, stopPurge } from '@/api/generated';
import { ConfirmDialog } from '@/shared/dialogs';
import { useAction } from '@/shared/useAction';
import './texts';

interface Props {
  of: 'gc' | 'purge';
  id: number;
  onClose: () => void;
}

/** Asks before a run is stopped half-way. */
export default function StopRun({ of, id, onClose }: Props) {
  const { t } = useTranslation();
  const stop = useAction({
    run: () => (of === 'gc' ? stopGc({ path: { gc_id: id } }) : stopPurge({ path: { purge_id: id } })),
    changes: [[of]],
    done: t('housekeeping.stopped'),
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title={t(`housekeeping.${of}.stopTitle`, { id })}
      confirm={t('housekeeping.stop')}
      action={stop}
      onConfirm={() => stop.mutate()}
      onClose={onClose}
    >
      <p>{t(`housekeeping.${of}.stopBody`)}</p>
    </ConfirmDialog>
  );
}
