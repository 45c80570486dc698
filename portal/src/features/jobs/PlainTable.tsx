import { Table, Tbody, Td, Th, Thead, Tr, type IAction } from '@patternfly/react-table';
import { useTranslation } from '@/texts';
import type { Column } from '@/shared/DataTable';
import { RowActions } from '@/shared/RowActions';

interface Props<Row> {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  rowName: (row: Row) => string;
  actions?: (row: Row) => IAction[];
}

/** A table of what the API gives as a whole: a few rows, neither pages nor filters. */
export function PlainTable<Row>({ label, columns, rows, rowKey, rowName, actions }: Props<Row>) {
  const { t } = useTranslation();
  return (
    <Table aria-label={label} variant="compact" gridBreakPoint="grid-md">
      <Thead>
        <Tr>
          {columns.map((column) => (
            <Th key={column.key} width={column.width} modifier="wrap" className={alignment(column)}>
              {column.title}
            </Th>
          ))}
          {actions && <Th screenReaderText={t('common.actions')} />}
        </Tr>
      </Thead>
      <Tbody>
        {rows.map((row) => (
          <Tr key={rowKey(row)}>
            {columns.map((column) => (
              <Td
                key={column.key}
                dataLabel={column.title}
                modifier={column.breaks ? 'breakWord' : undefined}
                className={alignment(column)}
              >
                {column.render(row)}
              </Td>
            ))}
            {actions && (
              <Td isActionCell>
                <RowActions items={actions(row)} name={rowName(row)} />
              </Td>
            )}
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}

function alignment<Row>(column: Column<Row>): string | undefined {
  return column.align === 'right' ? 'm-right' : undefined;
}
