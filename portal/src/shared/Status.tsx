import { Label } from '@patternfly/react-core';
import { useTranslation } from '@/texts';

const COLORS = {
  Pending: 'grey',
  Scheduled: 'grey',
  Running: 'blue',
  Stopped: 'orange',
  Error: 'red',
  Success: 'green',
} as const;

export type JobStatus = keyof typeof COLORS;

/** Whether a job goes on, so that it is worth asking again. */
export function isRunning(status: string | undefined): boolean {
  return status === 'Pending' || status === 'Scheduled' || status === 'Running';
}

/** The status of an execution or a task. The API writes it in two ways: `Success`, and `SUCCESS` for collections. */
export function Status({ value }: { value: string }) {
  const { t } = useTranslation();
  const status = (value.charAt(0).toUpperCase() + value.slice(1).toLowerCase()) as JobStatus;
  if (!(status in COLORS)) return <Label color="grey">{value}</Label>;
  return <Label color={COLORS[status]}>{t(`common.job.${status}`)}</Label>;
}
