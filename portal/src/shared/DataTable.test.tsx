import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { ApiError } from '@/api/errors';
import { address, renderAt } from '@/test/page';
import { DataTable, type Column } from './DataTable';
import { useListState } from './useListState';

interface Robot {
  id: number;
  name: string;
}

const ROBOTS: Robot[] = [
  { id: 1, name: 'builder' },
  { id: 2, name: 'deployer' },
];

const COLUMNS: Column<Robot>[] = [
  { key: 'id', title: 'Number', render: ({ id }) => id },
  { key: 'name', title: 'Name', sort: 'name', render: ({ name }) => name },
];

interface Answer {
  data?: { items: Robot[]; total: number };
  error?: Error;
  isFetching?: boolean;
  refetch?: () => void;
}

function Robots({ data, error, isFetching = false, refetch = vi.fn(), ...rest }: Answer & Partial<Extras>) {
  const state = useListState({ sort: 'name', filters: [{ key: 'name', comparison: 'contains' }] });
  return (
    <DataTable
      label="Robots"
      columns={COLUMNS}
      list={{ data, error: error ?? null, isFetching, refetch }}
      state={state}
      rowKey={({ id }) => id}
      rowName={({ name }) => name}
      filters={[{ key: 'name', label: 'Name', kind: 'text' }]}
      empty={<p>Make a robot</p>}
      {...rest}
    />
  );
}

type Extras = Pick<Parameters<typeof DataTable<Robot>>[0], 'actions' | 'expanded' | 'canExpand' | 'selection'>;

const TWO = { items: ROBOTS, total: 2 };
const NONE = { items: [], total: 0 };

function names(): (string | null)[] {
  return screen.getAllByRole('cell', { name: /er$/ }).map((cell) => cell.textContent);
}

describe('order', () => {
  it('is in the address, descending after a second press', async () => {
    renderAt('/robots?page=3', <Robots data={TWO} />);
    const button = screen.getByRole('button', { name: 'Name' });
    expect(screen.getByRole('columnheader', { name: 'Name' })).toHaveProperty('ariaSort', 'ascending');
    await userEvent.click(button);
    expect(address()).toBe('/robots?sort=-name');
    expect(screen.getByRole('columnheader', { name: 'Name' })).toHaveProperty('ariaSort', 'descending');
    await userEvent.click(button);
    expect(address()).toBe('/robots?sort=name');
  });

  it('is not offered for what the API does not sort by', () => {
    renderAt('/robots', <Robots data={TWO} />);
    expect(screen.queryByRole('button', { name: 'Number' })).toBeNull();
  });
});

describe('nothing', () => {
  it('says what to do next where there is nothing at all', () => {
    renderAt('/robots', <Robots data={NONE} />);
    expect(screen.getByText('Make a robot')).toBeTruthy();
    expect(screen.queryByRole('grid')).toBeNull();
  });

  it('offers to clear the filters where they leave nothing', async () => {
    renderAt('/robots?name=x', <Robots data={NONE} />);
    expect(screen.queryByText('Make a robot')).toBeNull();
    await userEvent.click(within(screen.getByRole('grid')).getByRole('button', { name: 'Clear all filters' }));
    expect(address()).toBe('/robots');
  });

  it('leads to the first page where a later one has become empty', async () => {
    renderAt('/robots?page=4', <Robots data={{ items: [], total: 2 }} />);
    expect(screen.queryByText(/filters/)).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Go to the first page' }));
    expect(address()).toBe('/robots');
  });
});

describe('asking', () => {
  it('shows that rows are on their way', () => {
    renderAt('/robots', <Robots isFetching />);
    expect(within(screen.getByRole('grid')).getByText('Loading')).toBeTruthy();
    expect(screen.queryByText('Make a robot')).toBeNull();
  });

  it('keeps the rows while they are asked for again', () => {
    renderAt('/robots', <Robots data={TWO} isFetching />);
    expect(names()).toEqual(['builder', 'deployer']);
    expect(screen.getByRole('grid', { name: 'Robots' }).getAttribute('aria-busy')).toBe('true');
  });

  it('keeps the rows when asking again failed, and says so', async () => {
    const refetch = vi.fn();
    renderAt('/robots', <Robots data={TWO} error={new ApiError('it broke', 500, '', 'id-1')} refetch={refetch} />);
    expect(names()).toEqual(['builder', 'deployer']);
    expect(screen.getByText('it broke')).toBeTruthy();
    expect(screen.getByText(/id-1/)).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(refetch).toHaveBeenCalledOnce();
  });

  it('shows only the error where there never was anything', () => {
    renderAt('/robots', <Robots error={new ApiError('it broke', 500, '', 'id-1')} />);
    expect(screen.getByText('it broke')).toBeTruthy();
    expect(screen.queryByRole('grid')).toBeNull();
  });
});

describe('rows', () => {
  it('have a menu that is named after them, where there is something to do', async () => {
    const remove = vi.fn();
    const actions = ({ name }: Robot) => (name === 'builder' ? [{ title: 'Delete', onClick: remove }] : []);
    renderAt('/robots', <Robots data={TWO} actions={actions} />);
    expect(screen.queryByRole('button', { name: 'Actions for deployer' })).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Actions for builder' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Delete' }));
    expect(remove).toHaveBeenCalledOnce();
  });

  it('show more of themselves one by one', async () => {
    renderAt(
      '/robots',
      <Robots data={TWO} expanded={({ name }) => `more of ${name}`} canExpand={({ id }) => id > 1} />,
    );
    const [first, second] = screen.getAllByRole('row').slice(1);
    expect(within(first as HTMLElement).queryByRole('button')).toBeNull();
    expect(screen.queryByText('more of deployer')).toBeNull();
    await userEvent.click(within(second as HTMLElement).getByRole('button'));
    expect(screen.getByText('more of deployer')).toBeTruthy();
    await userEvent.click(within(second as HTMLElement).getByRole('button'));
    expect(screen.queryByText('more of deployer')).toBeNull();
  });
});

describe('selection', () => {
  function Selecting() {
    const [selected, setSelected] = useState<Robot[]>([]);
    const act = <button>Delete {selected.map(({ name }) => name).join(' and ')}</button>;
    return <Robots data={TWO} selection={{ selected, setSelected, actions: act }} />;
  }

  it('is of single rows, named after them', async () => {
    renderAt('/robots', <Selecting />);
    expect(screen.queryByRole('button', { name: /Delete/ })).toBeNull();
    await userEvent.click(screen.getByRole('checkbox', { name: 'Select deployer' }));
    expect(screen.getByText(/1 selected/)).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Delete deployer' })).toBeTruthy();
    await userEvent.click(screen.getByRole('checkbox', { name: 'Select deployer' }));
    expect(screen.queryByText(/selected/)).toBeNull();
  });

  it('is of all rows that are shown', async () => {
    renderAt('/robots', <Selecting />);
    const all = screen.getByRole('checkbox', { name: 'Select all that are shown' });
    await userEvent.click(all);
    expect(screen.getByRole('button', { name: 'Delete builder and deployer' })).toBeTruthy();
    await userEvent.click(all);
    expect(screen.queryByText(/selected/)).toBeNull();
  });
});
