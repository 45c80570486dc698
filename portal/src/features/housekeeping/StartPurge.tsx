import { useState } from 'react';
import { useTranslation } from '@/texts';
import { useNavigate } from 'react-router';
import { createPurgeSchedule, type HistoryView } from '@/api/generated';
import { createdId } from '@/api/pages';
import { Waiting } from '@/app/Waiting';
import { ConfirmDialog, FormDialog } from '@/shared/dialogs';
import { useAction } from '@/shared/useAction';
import { isComplete, PurgeFields } from './PurgeFields';
import { parametersFor, parseAge } from './purges';
import { usePurgeForm } from './usePurgeForm';
import { useAgeText, useEventsText } from './usePurgeTexts';
import './texts';

interface Props {
  isDry: boolean;
  /** A run or the schedule to begin with. */
  like: HistoryView | null;
  onClose: () => void;
}

/** Starts a purge, after naming what it takes; or a dry run, which takes nothing. Goes to its log. */
export default function StartPurge({ isDry, like, onClose }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const age = useAgeText();
  const events = useEventsText();
  const form = usePurgeForm(like);
  const [isAsking, setAsking] = useState(false);
  const types = form.value?.types ?? [];
  const hours = (form.value && parseAge(form.value.amount, form.value.unit)) ?? 0;
  const start = useAction({
    run: () =>
      createdId(
        createPurgeSchedule({
          body: { schedule: { type: 'Manual' }, parameters: parametersFor(hours, types, isDry) },
        }),
      ),
    changes: [['purge']],
    done: (id) =>
      t('housekeeping.startedToast', { name: t(`housekeeping.purge.${isDry ? 'dryName' : 'name'}`, { id }) }),
    onDone: (id) => {
      onClose();
      void navigate(`/harbor/clearing-job/audit-log-purge/${id}`);
    },
  });
  if (isAsking) {
    return (
      <ConfirmDialog
        title={t('housekeeping.purge.confirmTitle')}
        confirm={t('housekeeping.purge.start')}
        typed={t('housekeeping.purge.confirmWord')}
        action={start}
        onConfirm={() => start.mutate()}
        onClose={onClose}
      >
        <p>{t('housekeeping.purge.confirmBody', { events: events(types), age: age(hours) })}</p>
        <p>{t('common.cannotBeUndone')}</p>
      </ConfirmDialog>
    );
  }
  return (
    <FormDialog
      title={t(isDry ? 'housekeeping.purge.tryTitle' : 'housekeeping.purge.startTitle')}
      description={isDry ? t('housekeeping.purge.tryHint') : undefined}
      submit={t(isDry ? 'housekeeping.purge.tryOut' : 'housekeeping.purge.next')}
      isValid={form.value !== undefined && isComplete(form.value)}
      action={{ isPending: start.isPending, error: start.error ?? form.error }}
      onSubmit={() => (isDry ? start.mutate() : setAsking(true))}
      onClose={onClose}
    >
      {form.value ? <PurgeFields value={form.value} onChange={form.setValue} known={form.known} /> : <Waiting />}
    </FormDialog>
  );
}
