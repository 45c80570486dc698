import { Alert } from '@patternfly/react-core';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { useNavigate } from 'react-router';
import { createGcSchedule } from '@/api/generated';
import { createdId } from '@/api/pages';
import { FormDialog } from '@/shared/dialogs';
import { useAction } from '@/shared/useAction';
import { CollectionFields, type TypedOptions } from './CollectionFields';
import { parametersFor, parseWorkers, type CollectionOptions } from './collections';
import './texts';

interface Props {
  /** What the form begins with; whether it is a dry run is not changed in it. */
  options: CollectionOptions;
  onClose: () => void;
}

/** Starts a collection, or a dry run of one, and goes to its log. */
export default function StartCollection({ options, onClose }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { dryRun } = options;
  const [typed, setTyped] = useState<TypedOptions>({ ...options, workers: String(options.workers) });
  const workers = parseWorkers(typed.workers);
  const start = useAction({
    run: () =>
      createdId(
        createGcSchedule({
          body: {
            schedule: { type: 'Manual' },
            parameters: parametersFor({ deleteUntagged: typed.deleteUntagged, workers: workers ?? 1, dryRun }),
          },
        }),
      ),
    changes: [['gc']],
    done: (id) => t('housekeeping.startedToast', { name: t(`housekeeping.gc.${dryRun ? 'dryName' : 'name'}`, { id }) }),
    onDone: (id) => {
      onClose();
      void navigate(`/harbor/clearing-job/gc/${id}?view=log`);
    },
  });
  return (
    <FormDialog
      title={t(dryRun ? 'housekeeping.gc.tryTitle' : 'housekeeping.gc.startTitle')}
      description={dryRun ? t('housekeeping.gc.tryHint') : undefined}
      submit={t(dryRun ? 'housekeeping.gc.tryOut' : 'housekeeping.gc.start')}
      isValid={workers !== null}
      action={start}
      onSubmit={() => start.mutate()}
      onClose={onClose}
      variant="small"
    >
      {!dryRun && (
        <Alert variant="warning" isInline title={t('housekeeping.gc.startWarning')} component="p">
          <p>{t('housekeeping.gc.startHint')}</p>
          <p>{t('common.cannotBeUndone')}</p>
        </Alert>
      )}
      <CollectionFields value={typed} onChange={setTyped} />
    </FormDialog>
  );
}
