import { Label, type LabelProps } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { jobStatusOf, type JobStatus } from './jobStatus';

const COLORS: Record<JobStatus, LabelProps['color']> = {
  Pending: 'grey',
  Scheduled: 'grey',
  Running: 'blue',
  Stopped: 'orange',
  Error: 'red',
  Success: 'green',
};

/** The status of an execution or a task. */
export function Status({ value }: { value: string }) {
  const { t } = useTranslation();
  const status = jobStatusOf(value);
  if (status === undefined) return <Label color="grey">{value}</Label>;
  return <Label color={COLORS[status]}>{t(`common.job.${status}`)}</Label>;
}
