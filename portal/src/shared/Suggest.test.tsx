import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Suggest } from './Suggest';

const GROUPS = [
  { key: 'fruit', title: 'Fruit', items: ['apple', 'pear'], more: 'and 3 more' },
  { key: 'none', title: 'Nothing', items: [] },
  { key: 'tree', title: 'Trees', items: ['oak'] },
];

interface ExampleProps {
  groups?: { key: string; title: string; items: string[]; more?: string }[];
  onChoose: (item: string) => void;
  onLeave?: () => void;
  isLoading?: boolean;
}

function Example({ groups = GROUPS, ...rest }: ExampleProps) {
  const [text, setText] = useState('');
  return (
    <Suggest
      label="Plants"
      clear="Clear plants"
      text={text}
      onText={setText}
      groups={groups}
      itemKey={(item) => item}
      render={(item) => item}
      {...rest}
      message={groups.length === 0 ? 'No such plant' : undefined}
    />
  );
}

beforeAll(async () => {
  Element.prototype.scrollIntoView = () => undefined;
});

function field() {
  return screen.getByRole('combobox', { name: 'Plants' });
}

/** The option that the field says is the active one. */
function active(): string | null {
  const id = field().getAttribute('aria-activedescendant');
  return id === null ? null : (document.getElementById(id)?.textContent ?? null);
}

describe('Suggest', () => {
  it('shows groups that have something, and that there is more', async () => {
    render(<Example onChoose={vi.fn()} />);
    expect(screen.queryByRole('listbox')).toBeNull();
    await userEvent.type(field(), 'a');
    expect(field().getAttribute('aria-expanded')).toBe('true');
    expect(screen.getAllByRole('group').map((group) => group.getAttribute('aria-labelledby'))).toHaveLength(2);
    expect(screen.getByRole('group', { name: 'Fruit' })).toBeTruthy();
    expect(screen.getByText('and 3 more')).toBeTruthy();
  });

  it('moves over all groups with the arrow keys, round the ends, and chooses with Enter', async () => {
    const onChoose = vi.fn();
    render(<Example onChoose={onChoose} />);
    await userEvent.type(field(), 'a{ArrowUp}');
    expect(active()).toBe('oak');
    await userEvent.keyboard('{ArrowDown}{ArrowDown}');
    expect(active()).toBe('pear');
    await userEvent.keyboard('{Enter}');
    expect(onChoose).toHaveBeenCalledExactlyOnceWith('pear');
    expect(field().getAttribute('aria-expanded')).toBe('false');
  });

  it('chooses nothing with Enter while several fit and none is active', async () => {
    const onChoose = vi.fn();
    render(<Example onChoose={onChoose} />);
    await userEvent.type(field(), 'a{Enter}');
    expect(onChoose).not.toHaveBeenCalled();
  });

  it('chooses the only one with Enter, but not one that was found for an earlier text', async () => {
    const onChoose = vi.fn();
    const only = [{ key: 'tree', title: 'Trees', items: ['oak'] }];
    const { rerender } = render(<Example groups={only} onChoose={onChoose} isLoading />);
    await userEvent.type(field(), 'o{Enter}');
    expect(onChoose).not.toHaveBeenCalled();
    rerender(<Example groups={only} onChoose={onChoose} />);
    await userEvent.keyboard('{Enter}');
    expect(onChoose).toHaveBeenCalledExactlyOnceWith('oak');
  });

  it('tells when it is left, not when its list is used', async () => {
    const onLeave = vi.fn();
    render(<Example onChoose={vi.fn()} onLeave={onLeave} />);
    await userEvent.type(field(), 'a');
    await userEvent.click(screen.getByRole('option', { name: 'oak' }));
    expect(onLeave).not.toHaveBeenCalled();
    await userEvent.click(document.body);
    expect(onLeave).toHaveBeenCalledOnce();
  });

  it('closes with Escape and opens again with an arrow', async () => {
    render(<Example onChoose={vi.fn()} />);
    await userEvent.type(field(), 'a{Escape}');
    expect(screen.queryByRole('listbox')).toBeNull();
    await userEvent.keyboard('{ArrowDown}');
    expect(active()).toBe('apple');
  });

  it('chooses with the mouse, and closes when one clicks elsewhere', async () => {
    const onChoose = vi.fn();
    render(<Example onChoose={onChoose} />);
    await userEvent.type(field(), 'a');
    await userEvent.click(screen.getByRole('option', { name: 'oak' }));
    expect(onChoose).toHaveBeenCalledExactlyOnceWith('oak');
    await userEvent.type(field(), 'b');
    await userEvent.click(document.body);
    expect(screen.queryByRole('listbox')).toBeNull();
  });

  it('says that nothing fits', async () => {
    render(<Example groups={[]} onChoose={vi.fn()} />);
    await userEvent.type(field(), 'z');
    expect(screen.getByRole('status').textContent).toBe('No such plant');
  });

  it('empties the field and keeps the focus in it', async () => {
    render(<Example onChoose={vi.fn()} />);
    await userEvent.type(field(), 'abc');
    await userEvent.click(screen.getByRole('button', { name: 'Clear plants' }));
    expect((field() as HTMLInputElement).value).toBe('');
    expect(document.activeElement).toBe(field());
  });
});
