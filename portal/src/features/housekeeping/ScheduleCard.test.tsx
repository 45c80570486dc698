import { screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import type { HistoryView } from '@/api/generated';
import { renderAt } from '@/test/page';
import { ScheduleCard } from './ScheduleCard';

const DAILY: HistoryView = {
  schedule: {
    type: 'Custom',
    cron: '0 0 3 * * *',
    next_scheduled_time: new Date(Date.now() + 7_260_000).toISOString(),
  },
};

function show(schedule: HistoryView) {
  renderAt('/', <ScheduleCard schedule={schedule} error={null} onRetry={vi.fn()} facts={[]} />);
}

it('says when a schedule is next', () => {
  show(DAILY);
  expect(screen.getByText('at 03:00 every day')).toBeDefined();
  expect(screen.getByText('in 2 hours')).toBeDefined();
});

it('says of a schedule that is held that it does not run', () => {
  show({ ...DAILY, paused: true });
  expect(screen.getByText('held: all schedules are paused')).toBeDefined();
  expect(screen.queryByText('in 2 hours')).toBeNull();
});
