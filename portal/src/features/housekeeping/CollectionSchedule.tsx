import { Checkbox } from '@patternfly/react-core';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { updateGcSchedule, type HistoryView } from '@/api/generated';
import { cronOf, isScheduleValid } from '@/shared/cron';
import { FormDialog } from '@/shared/dialogs';
import { ScheduleField } from '@/shared/ScheduleField';
import { useAction } from '@/shared/useAction';
import { CollectionFields, type TypedOptions } from './CollectionFields';
import { optionsOf, parametersFor, parseWorkers, USUAL_OPTIONS } from './collections';
import { editable } from './runs';
import './texts';

/** When garbage is collected, and how; `known` is the schedule there is. */
export default function CollectionSchedule({ known, onClose }: { known: HistoryView | null; onClose: () => void }) {
  const { t } = useTranslation();
  const before = known === null ? USUAL_OPTIONS : optionsOf(known);
  const [schedule, setSchedule] = useState(() => editable(known));
  const [typed, setTyped] = useState<TypedOptions>({ ...before, workers: String(before.workers) });
  const [dryRun, setDryRun] = useState(before.dryRun);
  const workers = parseWorkers(typed.workers);
  const isNone = schedule.type === 'None';
  const save = useAction({
    run: () =>
      updateGcSchedule({
        body: {
          schedule: { type: schedule.type, cron: cronOf(schedule) },
          parameters: parametersFor({ deleteUntagged: typed.deleteUntagged, workers: workers ?? 1, dryRun }),
        },
      }),
    changes: [['gc'], ['job-service']],
    done: t(isNone ? 'housekeeping.schedule.removed' : 'housekeeping.schedule.saved'),
    onDone: onClose,
  });
  return (
    <FormDialog
      title={t('housekeeping.gc.scheduleTitle')}
      submit={t('common.save')}
      isValid={isScheduleValid(schedule) && (isNone || workers !== null)}
      action={save}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <ScheduleField value={schedule} onChange={setSchedule} />
      {!isNone && (
        <>
          <CollectionFields value={typed} onChange={setTyped} />
          <Checkbox
            id="gc-schedule-dry"
            label={t('housekeeping.gc.onlyDry')}
            isChecked={dryRun}
            onChange={(_, value) => setDryRun(value)}
          />
        </>
      )}
    </FormDialog>
  );
}
