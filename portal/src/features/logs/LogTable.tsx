import { Button, Label } from '@patternfly/react-core';
import { keepPreviousData, useQuery, type QueryKey } from '@tanstack/react-query';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { useTranslation } from '@/texts';
import type { AuditLogExt } from '@/api/generated';
import type { Page } from '@/api/pages';
import { DataTable, type Column } from '@/shared/DataTable';
import { Time } from '@/shared/Time';
import { useListState } from '@/shared/useListState';
import { LogDetails } from './LogDetails';
import { Resource } from './Resource';
import { CUSTOM, FILTERS, PRESETS, searchOf } from './search';
import { TimeRange } from './TimeRange';
import { useLogNames } from './useLogNames';
import { OPERATIONS, type Operation } from './vocabulary';
import './texts';

const ExportDialog = lazy(() => import('./ExportDialog'));

export interface LogQuery {
  page?: number;
  page_size: number;
  sort?: string;
  q?: string;
}

export type LoadLog = (query: LogQuery, signal: AbortSignal) => Promise<Page<AuditLogExt>>;

interface Props {
  /** What the log is of: in the name of an exported file. */
  name: string;
  queryKey: QueryKey;
  load: LoadLog;
  resourceTypes: readonly string[];
  operations?: readonly Operation[];
  empty: ReactNode;
}

/** Rows of the audit log, with what they can be filtered by. */
export function LogTable({ name, queryKey, load, resourceTypes, operations = OPERATIONS, empty }: Props) {
  const { t } = useTranslation();
  const { typeName } = useLogNames();
  const [isExporting, setExporting] = useState(false);
  const state = useListState({ sort: '-op_time', pageSize: 25, filters: FILTERS });
  const { page, page_size, sort } = state.query;
  const list = useQuery({
    queryKey: [...queryKey, page, page_size, sort, state.filters],
    // The ranges of time end when it is asked.
    queryFn: ({ signal }) => load({ page, page_size, sort, q: searchOf(state.filters, new Date()) }, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <DataTable
        label={t('logs.list')}
        columns={useColumns()}
        list={list}
        state={state}
        rowKey={(row) => row.id}
        rowName={(row) => row.operation_description}
        filters={[
          { key: 'user', label: t('logs.user'), kind: 'text' },
          { key: 'resource', label: t('logs.resource'), kind: 'text' },
          {
            key: 'operation',
            label: t('logs.operation'),
            kind: 'choice',
            choices: operations.map((value) => ({ value, label: t(`logs.operations.${value}`) })),
          },
          {
            key: 'type',
            label: t('logs.type'),
            kind: 'choice',
            choices: resourceTypes.map((value) => ({ value, label: typeName(value) })),
          },
          {
            key: 'result',
            label: t('logs.result'),
            kind: 'choice',
            choices: [
              { value: 'true', label: t('logs.succeeded') },
              { value: 'false', label: t('logs.failed') },
            ],
          },
          {
            key: 'time',
            label: t('logs.time'),
            kind: 'choice',
            choices: ([...PRESETS, CUSTOM] as const).map((value) => ({ value, label: t(`logs.ranges.${value}`) })),
          },
        ]}
        toolbar={
          <>
            {state.filters.time === CUSTOM && <TimeRange state={state} />}
            <Button variant="secondary" onClick={() => setExporting(true)}>
              {t('logs.export.open')}
            </Button>
          </>
        }
        expanded={(row) => <LogDetails row={row} state={state} />}
        empty={empty}
      />
      <Suspense>
        {isExporting && (
          <ExportDialog
            name={name}
            load={load}
            filters={state.filters}
            total={list.data?.total ?? 0}
            onClose={() => setExporting(false)}
          />
        )}
      </Suspense>
    </>
  );
}

function useColumns(): Column<AuditLogExt>[] {
  const { t } = useTranslation();
  const { actName } = useLogNames();
  return [
    {
      key: 'time',
      title: t('logs.time'),
      sort: 'op_time',
      width: 15,
      render: (row) => <Time value={row.op_time} />,
    },
    { key: 'user', title: t('logs.user'), sort: 'username', breaks: true, render: (row) => row.username },
    {
      key: 'operation',
      title: t('logs.what'),
      sort: 'operation',
      render: ({ operation, resource_type: type }) => actName(operation, type),
    },
    {
      key: 'resource',
      title: t('logs.resource'),
      sort: 'resource',
      width: 35,
      breaks: true,
      render: (row) => <Resource name={row.resource} />,
    },
    {
      key: 'result',
      title: t('logs.result'),
      sort: 'operation_result',
      render: (row) => (row.operation_result ? t('logs.succeeded') : <Label color="red">{t('logs.failed')}</Label>),
    },
  ];
}
