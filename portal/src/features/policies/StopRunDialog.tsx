import { useTranslation } from '@/texts';
import type { RetentionExecutionView } from '@/api/generated';
import { ConfirmDialog } from '@/shared/dialogs';
import { useStopRun } from './useRuns';
import './texts';

interface Props {
  projectId: number;
  run: RetentionExecutionView;
  onClose: () => void;
}

export default function StopRunDialog({ projectId, run, onClose }: Props) {
  const { t } = useTranslation();
  const stop = useStopRun(projectId, run, t('policies.retention.runs.stoppedToast', { id: run.id }), onClose);
  return (
    <ConfirmDialog
      title={t('policies.retention.runs.stopTitle', { id: run.id })}
      confirm={t('policies.retention.runs.stop')}
      action={stop}
      onConfirm={() => stop.mutate()}
      onClose={onClose}
    >
      {!run.dry_run && t('policies.retention.runs.stopBody')}
    </ConfirmDialog>
  );
}
