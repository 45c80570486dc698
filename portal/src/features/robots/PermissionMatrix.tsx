import { Checkbox } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useId, type KeyboardEvent } from 'react';
import { useTranslation } from '@/texts';
import { choose, chosen, columnOf, rightOf, rowOf, type Matrix, type Right, type Rights } from './rights';
import { useNames } from './useNames';
import './robots.css';
import './texts';

interface Props {
  /** What the matrix is about, for those who cannot see it. */
  label: string;
  matrix: Matrix;
  rights: Rights;
  onChange: (rights: Rights) => void;
}

/** Resources by actions; a row, a column or everything is chosen at once. Arrow keys go from cell to cell. */
export function PermissionMatrix({ label, matrix, rights, onChange }: Props) {
  const { t } = useTranslation();
  const { resourceName, actionName } = useNames();
  const id = useId();
  const box = (name: string, cells: Right[], accessibleName: string, visible?: string) => (
    <Checkbox
      id={`${id}-${name}`}
      isChecked={chosen(rights, cells)}
      onChange={() => onChange(choose(rights, cells, chosen(rights, cells) !== true))}
      aria-label={accessibleName}
      label={visible}
    />
  );
  return (
    <Table
      aria-label={label}
      variant="compact"
      isStickyHeader
      gridBreakPoint=""
      className="m-matrix"
      onKeyDown={(event) => moveFocus(event)}
    >
      <Thead>
        <Tr>
          <Th>{box('all', matrix.rights, t('robots.everything'), t('robots.everything'))}</Th>
          {matrix.actions.map((action) => (
            <Th key={action}>
              {box(
                action,
                columnOf(matrix, action),
                t('robots.column', { action: actionName(action) }),
                actionName(action),
              )}
            </Th>
          ))}
        </Tr>
      </Thead>
      <Tbody>
        {matrix.resources.map((resource) => (
          <Tr key={resource}>
            <Th scope="row">
              {box(
                `row-${resource}`,
                rowOf(matrix, resource),
                t('robots.row', { resource: resourceName(resource) }),
                resourceName(resource),
              )}
            </Th>
            {matrix.actions.map((action) => {
              const right = rightOf(resource, action);
              return (
                <Td key={action} dataLabel={actionName(action)}>
                  {matrix.rights.includes(right) &&
                    box(
                      right,
                      [right],
                      t('robots.cell', { resource: resourceName(resource), action: actionName(action) }),
                    )}
                </Td>
              );
            })}
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}

const STEPS: Record<string, [down: number, right: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** To the next checkbox in the direction of the arrow; cells without one are passed over. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = STEPS[event.key];
  const cell = event.target instanceof Element ? event.target.closest<HTMLTableCellElement>('td, th') : null;
  const row = cell?.closest('tr');
  if (step === undefined || !cell || !row) return;
  const rows = [...(row.closest('table')?.rows ?? [])];
  event.preventDefault();
  let [down, right] = [rows.indexOf(row) + step[0], cell.cellIndex + step[1]];
  for (let next = rows[down]?.cells[right]; next !== undefined; next = rows[down]?.cells[right]) {
    const found = next.querySelector('input');
    if (found !== null) {
      found.focus();
      return;
    }
    down += step[0];
    right += step[1];
  }
}
