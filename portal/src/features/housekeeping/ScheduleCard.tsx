import { Button, Card, CardBody, CardHeader, CardTitle } from '@patternfly/react-core';
import type { ReactNode } from 'react';
import { useTranslation } from '@/texts';
import type { HistoryView } from '@/api/generated';
import { Waiting } from '@/app/Waiting';
import { nextRun, parseCron } from '@/shared/cron';
import { Facts } from '@/shared/Facts';
import { ErrorAlert } from '@/shared/Failure';
import { Time } from '@/shared/Time';
import { useCronText } from '@/shared/useCronText';
import './texts';

interface Props {
  /** Null when there is none; undefined while that is not known. */
  schedule: HistoryView | null | undefined;
  error: Error | null;
  onRetry: () => void;
  /** What it does, beside when. */
  facts: [term: string, value: ReactNode][];
  /** Without it the schedule cannot be changed. */
  onEdit?: () => void;
}

/** When a clean-up job runs by itself, and what it does then. */
export function ScheduleCard({ schedule, error, onRetry, facts, onEdit }: Props) {
  const { t } = useTranslation();
  const edit = onEdit && schedule !== undefined && (
    <Button variant="secondary" size="sm" onClick={onEdit}>
      {t(schedule === null ? 'housekeeping.schedule.set' : 'housekeeping.schedule.edit')}
    </Button>
  );
  return (
    <Card isCompact>
      <CardHeader actions={{ actions: edit }}>
        <CardTitle component="h2">{t('housekeeping.schedule.title')}</CardTitle>
      </CardHeader>
      <CardBody>
        {error && <ErrorAlert error={error} onRetry={onRetry} />}
        {schedule === undefined && !error && <Waiting />}
        {schedule === null && t('housekeeping.schedule.none')}
        {schedule && <ScheduleFacts schedule={schedule} facts={facts} />}
      </CardBody>
    </Card>
  );
}

function ScheduleFacts({ schedule, facts }: { schedule: HistoryView; facts: Props['facts'] }) {
  const { t } = useTranslation();
  const inWords = useCronText();
  const line = schedule.schedule?.cron ?? '';
  const { cron } = parseCron(line);
  const next = schedule.schedule?.next_scheduled_time ?? (cron && nextRun(cron, new Date())?.toISOString());
  return (
    <Facts
      columns={3}
      facts={[
        [t('housekeeping.schedule.when'), cron ? inWords(cron) : line],
        [
          t('housekeeping.schedule.next'),
          schedule.paused ? t('housekeeping.schedule.held') : <Time key="next" value={next} />,
        ],
        ...facts,
      ]}
    />
  );
}
