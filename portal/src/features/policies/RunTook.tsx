import { formatDuration, isTime } from '@/shared/format';

/** How long a run or one of its tasks took; nothing while it goes on. */
export function RunTook({ run }: { run: { start_time: string; end_time: string } }) {
  if (!isTime(run.start_time) || !isTime(run.end_time)) return null;
  return formatDuration(new Date(run.end_time).getTime() - new Date(run.start_time).getTime());
}
