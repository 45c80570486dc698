/** A list of the API as a table: order, filters and page in the address, rows that stay while they are refreshed. */

import {
  Checkbox,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
  Button,
  Skeleton,
} from '@patternfly/react-core';
import SearchIcon from '@patternfly/react-icons/dist/esm/icons/search-icon';
import { Table, Tbody, Td, Th, Thead, Tr, type IAction, type ThProps } from '@patternfly/react-table';
import { useId, useState, type ReactNode } from 'react';
import { useTranslation } from '@/texts';
import type { Page } from '@/api/pages';
import { ErrorAlert, Failure } from './Failure';
import { ListToolbar, type FilterField } from './ListToolbar';
import { RowActions } from './RowActions';
import type { ListState } from './useListState';

export interface Column<Row> {
  key: string;
  title: string;
  render: (row: Row) => ReactNode;
  /** The field the API sorts by; without it the column cannot be sorted. */
  sort?: string;
  /** How much of the width: 10, 15, ... */
  width?: ThProps['width'];
  align?: 'right';
  /** What the cell holds may be broken anywhere, such as names. */
  breaks?: boolean;
}

export interface Selection<Row> {
  selected: Row[];
  setSelected: (rows: Row[]) => void;
  /** Buttons for what can be done with those that are selected. */
  actions: ReactNode;
}

/** What a list's `useQuery` gives; use `placeholderData: keepPreviousData` in it. */
interface Loaded<Row> {
  data: Page<Row> | undefined;
  error: Error | null;
  isFetching: boolean;
  refetch: () => unknown;
}

interface Props<Row> {
  /** What is listed, for those who cannot see it. */
  label: string;
  columns: Column<Row>[];
  list: Loaded<Row>;
  state: ListState;
  rowKey: (row: Row) => string | number;
  /** What a row is called: in the labels of its buttons. */
  rowName: (row: Row) => string;
  filters?: FilterField[];
  /** Buttons that concern the whole list. */
  toolbar?: ReactNode;
  /** What can be done with one row; an empty list shows no menu. */
  actions?: (row: Row) => IAction[];
  /** More of a row, below it. */
  expanded?: (row: Row) => ReactNode;
  /** Whether a row has more. */
  canExpand?: (row: Row) => boolean;
  selection?: Selection<Row>;
  /** It has many columns: at the width of a tablet each row is a card. */
  isWide?: boolean;
  /** What is shown when there is nothing and nothing was filtered: it says what to do next. */
  empty: ReactNode;
}

export function DataTable<Row>(props: Props<Row>) {
  const {
    label,
    columns,
    list,
    state,
    rowKey,
    rowName,
    filters,
    toolbar,
    actions,
    expanded,
    canExpand,
    selection,
    isWide = false,
    empty,
  } = props;
  const { t } = useTranslation();
  const id = useId();
  const [open, setOpen] = useState<ReadonlySet<string | number>>(new Set());
  const rows = list.data?.items ?? [];
  const isEmpty = list.data !== undefined && rows.length === 0;
  const extra = (expanded ? 1 : 0) + (selection ? 1 : 0) + (actions ? 1 : 0);
  if (isEmpty && !state.isFiltered && state.page === 1 && list.error === null) {
    return empty;
  }
  if (list.data === undefined && list.error !== null) {
    return <Failure error={list.error} onRetry={() => void list.refetch()} />;
  }
  const toggle = (key: string | number) =>
    setOpen((before) => {
      const after = new Set(before);
      if (!after.delete(key)) after.add(key);
      return after;
    });
  const isSelected = (row: Row) => selection?.selected.some((other) => rowKey(other) === rowKey(row)) ?? false;
  return (
    <div className="m-list">
      <ListToolbar
        state={state}
        fields={filters ?? []}
        total={list.data?.total}
        isFetching={list.isFetching}
        onRefresh={() => void list.refetch()}
        selected={selection?.selected.length ?? 0}
        selectionActions={selection?.actions}
        label={label}
      >
        {toolbar}
      </ListToolbar>
      {list.error !== null && <ErrorAlert error={list.error} onRetry={() => void list.refetch()} />}
      <Table
        aria-label={label}
        aria-busy={list.isFetching}
        variant="compact"
        gridBreakPoint={isWide ? 'grid-lg' : 'grid-md'}
      >
        <Thead>
          <Tr>
            {expanded && <Th screenReaderText={t('common.more')} />}
            {selection && (
              // PatternFly's own boxes have English names, the number of the row for a name, and ids that are not unique.
              <Th className="pf-v6-c-table__check">
                <Checkbox
                  id={`${id}-all`}
                  aria-label={t('common.selectAll')}
                  isChecked={rows.length > 0 && rows.every(isSelected)}
                  onChange={(_, all) => selection.setSelected(all ? rows : [])}
                />
              </Th>
            )}
            {columns.map((column, index) => (
              <Th
                key={column.key}
                width={column.width}
                modifier="wrap"
                className={column.align === 'right' ? 'm-right' : undefined}
                sort={sorting(column, index, columns, state)}
              >
                {column.title}
              </Th>
            ))}
            {actions && <Th screenReaderText={t('common.actions')} />}
          </Tr>
        </Thead>
        {list.data === undefined && <Loading columns={columns.length + extra} label={t('common.loading')} />}
        {isEmpty && (
          <Tbody>
            <Tr>
              <Td colSpan={columns.length + extra}>
                <NothingFound state={state} />
              </Td>
            </Tr>
          </Tbody>
        )}
        {rows.map((row, index) => {
          const key = rowKey(row);
          const isOpen = open.has(key);
          const menu = actions?.(row) ?? [];
          return (
            <Tbody key={key} isExpanded={isOpen}>
              <Tr>
                {expanded && (
                  <Td
                    expand={
                      (canExpand?.(row) ?? true)
                        ? {
                            rowIndex: index,
                            isExpanded: isOpen,
                            onToggle: () => toggle(key),
                            expandId: `${label}-more`,
                          }
                        : undefined
                    }
                  />
                )}
                {selection && (
                  // Not `select`, whose checkbox has the number of the row for a name.
                  <Td className="pf-v6-c-table__check">
                    <Checkbox
                      id={`${id}-select-${key}`}
                      aria-label={t('common.selectRow', { name: rowName(row) })}
                      isChecked={isSelected(row)}
                      onChange={(_, on) =>
                        selection.setSelected(
                          on
                            ? [...selection.selected, row]
                            : selection.selected.filter((other) => rowKey(other) !== key),
                        )
                      }
                    />
                  </Td>
                )}
                {columns.map((column) => (
                  <Td
                    key={column.key}
                    dataLabel={column.title}
                    modifier={column.breaks ? 'breakWord' : undefined}
                    className={column.align === 'right' ? 'm-right' : undefined}
                  >
                    {column.render(row)}
                  </Td>
                ))}
                {actions && <Td isActionCell>{menu.length > 0 && <RowActions items={menu} name={rowName(row)} />}</Td>}
              </Tr>
              {expanded && isOpen && (
                <Tr isExpanded>
                  <Td colSpan={columns.length + extra}>{expanded(row)}</Td>
                </Tr>
              )}
            </Tbody>
          );
        })}
      </Table>
    </div>
  );
}

function sorting<Row>(column: Column<Row>, index: number, columns: Column<Row>[], state: ListState): ThProps['sort'] {
  if (column.sort === undefined) return undefined;
  const descending = state.sort.startsWith('-');
  const field = state.sort.replace(/^-/, '');
  return {
    sortBy: {
      index: columns.findIndex((other) => other.sort === field),
      direction: descending ? 'desc' : 'asc',
    },
    columnIndex: index,
    onSort: (_event, _index, direction) => state.setSort(`${direction === 'desc' ? '-' : ''}${column.sort}`),
  };
}

function Loading({ columns, label }: { columns: number; label: string }) {
  return (
    <Tbody>
      {[...Array(5).keys()].map((row) => (
        <Tr key={row}>
          {[...Array(columns).keys()].map((column) => (
            <Td key={column}>
              <Skeleton screenreaderText={row === 0 && column === 0 ? label : undefined} />
            </Td>
          ))}
        </Tr>
      ))}
    </Tbody>
  );
}

/** Nothing matches, or a later page has become empty. */
function NothingFound({ state }: { state: ListState }) {
  const { t } = useTranslation();
  const { isFiltered } = state;
  return (
    <EmptyState
      titleText={t(isFiltered ? 'common.empty.filtered' : 'common.empty.page')}
      headingLevel="h2"
      icon={SearchIcon}
      variant="sm"
    >
      {isFiltered && <EmptyStateBody>{t('common.empty.filteredHint')}</EmptyStateBody>}
      <EmptyStateFooter>
        <EmptyStateActions>
          <Button variant="link" onClick={isFiltered ? state.clearFilters : () => state.setPage(1)}>
            {t(isFiltered ? 'common.clearFilters' : 'common.empty.firstPage')}
          </Button>
        </EmptyStateActions>
      </EmptyStateFooter>
    </EmptyState>
  );
}
