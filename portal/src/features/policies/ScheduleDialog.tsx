import { useState } from 'react';
import { useTranslation } from '@/texts';
import type { RetentionPolicyView } from '@/api/generated';
import { isScheduleValid } from '@/shared/cron';
import { FormDialog } from '@/shared/dialogs';
import { ScheduleField } from '@/shared/ScheduleField';
import { policySchedule, withSchedule } from './retention';
import { useSavePolicy } from './usePolicy';
import './texts';

export default function ScheduleDialog({ policy, onClose }: { policy: RetentionPolicyView; onClose: () => void }) {
  const { t } = useTranslation();
  const save = useSavePolicy(onClose);
  const [schedule, setSchedule] = useState(() => policySchedule(policy));
  return (
    <FormDialog
      title={t('policies.retention.scheduleTitle')}
      submit={t('common.save')}
      isValid={isScheduleValid(schedule)}
      action={save}
      onSubmit={() =>
        save.mutate({ policy: withSchedule(policy, schedule), done: t('policies.retention.scheduleToast') })
      }
      onClose={onClose}
      variant="small"
    >
      <ScheduleField value={schedule} onChange={setSchedule} hint={t('policies.retention.scheduleHint')} />
    </FormDialog>
  );
}
