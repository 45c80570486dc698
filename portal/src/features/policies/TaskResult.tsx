import { Content, Label, Pagination, ToggleGroup, ToggleGroupItem } from '@patternfly/react-core';
import { ExpandableRowContent, Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { getRetentionTaskLog } from '@/api/generated';
import type { RetentionExecutionView, RetentionTaskView } from '@/api/generated';
import { Waiting } from '@/app/Waiting';
import { Digest } from '@/shared/Copy';
import { ErrorAlert } from '@/shared/Failure';
import { JobLog } from '@/shared/JobLog';
import { isRunning } from '@/shared/jobStatus';
import { Time } from '@/shared/Time';
import { listedIn, type Listed } from './retention';
import { runsKey } from './useRuns';
import './texts';

interface Props {
  run: RetentionExecutionView;
  task: RetentionTaskView;
  projectId: number;
}

const VIEWS = ['going', 'staying', 'log'] as const;

/** What became of the artifacts of one repository; its log while that is not known. */
export default function TaskResult({ run, task, projectId }: Props) {
  const { t } = useTranslation();
  const [view, setView] = useState<(typeof VIEWS)[number]>('going');
  const goesOn = isRunning(task.status);
  const key = [...runsKey(projectId), run.policy_id, run.id, 'task', task.id];
  const load = async () => {
    const { data } = await getRetentionTaskLog({ path: { id: run.policy_id, eid: run.id, tid: task.id } });
    return String(data ?? '');
  };
  if (goesOn) {
    return (
      <ExpandableRowContent>
        <JobLog queryKey={key} load={load} isLive />
      </ExpandableRowContent>
    );
  }
  return (
    <ExpandableRowContent>
      <ToggleGroup aria-label={t('policies.retention.runs.show', { repository: task.repository })} isCompact>
        {VIEWS.map((one) => (
          <ToggleGroupItem
            key={one}
            text={t(`policies.retention.runs.views.${one}`)}
            isSelected={one === view}
            onChange={() => setView(one)}
          />
        ))}
      </ToggleGroup>
      {view === 'log' ? (
        <JobLog queryKey={key} load={load} isLive={false} />
      ) : (
        <ListedArtifacts queryKey={key} load={load} isGoing={view === 'going'} repository={task.repository} />
      )}
    </ExpandableRowContent>
  );
}

interface ListedProps {
  queryKey: unknown[];
  load: () => Promise<string>;
  isGoing: boolean;
  repository: string;
}

/** The log is the one place that lists artifacts, up to 50,000: all of it is loaded, and shown by pages. */
function ListedArtifacts({ queryKey, load, isGoing, repository }: ListedProps) {
  const { t } = useTranslation();
  const log = useQuery({ queryKey: [...queryKey, 'listed'], queryFn: async () => listedIn(await load()) });
  if (log.error) return <ErrorAlert error={log.error} onRetry={() => void log.refetch()} />;
  if (log.data === undefined) return <Waiting />;
  const listed = log.data.filter(({ verdict }) => (verdict === 'DEL') === isGoing);
  if (listed.length === 0) {
    return <p>{t(isGoing ? 'policies.retention.runs.noneGoing' : 'policies.retention.runs.noneStaying')}</p>;
  }
  return <ArtifactRows listed={listed} label={t('policies.retention.runs.listed', { repository })} />;
}

const ROWS = 25;

function ArtifactRows({ listed, label }: { listed: Listed[]; label: string }) {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const shown = listed.slice((page - 1) * ROWS, page * ROWS);
  return (
    <>
      <Table aria-label={label} variant="compact" borders={false} gridBreakPoint="grid-md">
        <Thead>
          <Tr>
            <Th>{t('policies.retention.runs.artifact')}</Th>
            <Th>{t('policies.retention.runs.tags')}</Th>
            <Th>{t('policies.retention.runs.labels')}</Th>
            <Th>{t('policies.retention.runs.pushed')}</Th>
            <Th>{t('policies.retention.runs.pulled')}</Th>
          </Tr>
        </Thead>
        <Tbody>
          {shown.map((one) => (
            <Tr key={one.digest}>
              <Td dataLabel={t('policies.retention.runs.artifact')}>
                <Digest value={one.digest} />
                {one.verdict === 'IMMUTABLE' && (
                  <Label color="purple" isCompact>
                    {t('policies.retention.runs.immutable')}
                  </Label>
                )}
              </Td>
              <Td dataLabel={t('policies.retention.runs.tags')} modifier="breakWord">
                {one.tags.length === 0 ? t('policies.retention.runs.untagged') : one.tags.join(', ')}
              </Td>
              <Td dataLabel={t('policies.retention.runs.labels')} modifier="breakWord">
                {one.labels.join(', ')}
              </Td>
              <Td dataLabel={t('policies.retention.runs.pushed')}>
                <Time value={one.pushed} />
              </Td>
              <Td dataLabel={t('policies.retention.runs.pulled')}>
                <Time value={one.pulled} />
              </Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
      {shown.some(({ tags, labels }) => [...tags, ...labels].includes('...')) && (
        <Content component="small">{t('policies.retention.runs.moreNames')}</Content>
      )}
      {listed.length > ROWS && (
        <Pagination
          titles={{ paginationAriaLabel: t('policies.retention.runs.pages') }}
          isCompact
          itemCount={listed.length}
          page={page}
          perPage={ROWS}
          perPageOptions={[]}
          onSetPage={(_, next) => setPage(next)}
        />
      )}
    </>
  );
}
