import { Alert, Checkbox } from '@patternfly/react-core';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { updatePurgeSchedule, type HistoryView } from '@/api/generated';
import { Waiting } from '@/app/Waiting';
import { cronOf, isScheduleValid } from '@/shared/cron';
import { FormDialog } from '@/shared/dialogs';
import { ScheduleField } from '@/shared/ScheduleField';
import { useAction } from '@/shared/useAction';
import { isComplete, PurgeFields } from './PurgeFields';
import { parametersFor, parseAge } from './purges';
import { editable, isDryRun } from './runs';
import { usePurgeForm } from './usePurgeForm';
import './texts';

/** When the audit log is purged, and of what; `known` is the schedule there is. */
export default function PurgeSchedule({ known, onClose }: { known: HistoryView | null; onClose: () => void }) {
  const { t } = useTranslation();
  const form = usePurgeForm(known);
  const [schedule, setSchedule] = useState(() => editable(known));
  const [dryRun, setDryRun] = useState(() => known !== null && isDryRun(known));
  const isNone = schedule.type === 'None';
  const hours = (form.value && parseAge(form.value.amount, form.value.unit)) ?? 0;
  const save = useAction({
    run: () =>
      updatePurgeSchedule({
        body: {
          schedule: { type: schedule.type, cron: cronOf(schedule) },
          parameters: isNone ? null : parametersFor(hours, form.value?.types ?? [], dryRun),
        },
      }),
    changes: [['purge'], ['job-service']],
    done: t(isNone ? 'housekeeping.schedule.removed' : 'housekeeping.schedule.saved'),
    onDone: onClose,
  });
  return (
    <FormDialog
      title={t('housekeeping.purge.scheduleTitle')}
      submit={t('common.save')}
      isValid={isNone || (isScheduleValid(schedule) && form.value !== undefined && isComplete(form.value))}
      action={{ isPending: save.isPending, error: save.error ?? form.error }}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <ScheduleField value={schedule} onChange={setSchedule} />
      {!isNone && (
        <>
          {form.value ? <PurgeFields value={form.value} onChange={form.setValue} known={form.known} /> : <Waiting />}
          <Checkbox
            id="purge-schedule-dry"
            label={t('housekeeping.purge.onlyDry')}
            isChecked={dryRun}
            onChange={(_, value) => setDryRun(value)}
          />
          {!dryRun && (
            <Alert variant="warning" isInline isPlain title={t('housekeeping.purge.scheduleHint')} component="p" />
          )}
        </>
      )}
    </FormDialog>
  );
}
