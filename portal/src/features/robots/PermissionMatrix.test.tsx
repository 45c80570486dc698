import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { describe, expect, it } from 'vitest';
import { PermissionMatrix } from './PermissionMatrix';
import { matrixOf, type Rights } from './rights';

const MATRIX = matrixOf([
  { resource: 'repository', action: 'pull' },
  { resource: 'repository', action: 'push' },
  { resource: 'tag', action: 'list' },
  { resource: 'repository', action: 'list' },
]);

function Chooser({ start = [] }: { start?: string[] }) {
  const [rights, setRights] = useState<Rights>(new Set(start));
  return (
    <>
      <PermissionMatrix label="Matrix" matrix={MATRIX} rights={rights} onChange={setRights} />
      <output>{[...rights].sort().join(' ')}</output>
    </>
  );
}

const result = () => screen.getByRole('status').textContent;
const box = (name: string) => screen.getByRole<HTMLInputElement>('checkbox', { name });

describe('the matrix of permissions', () => {
  it('has a name for every checkbox, each another', () => {
    render(<Chooser />);
    const names = within(screen.getByRole('grid', { name: 'Matrix' }))
      .getAllByRole('checkbox')
      .map((found) => found.getAttribute('aria-label'));
    expect(names).toContain('Repository: Push');
    expect(names).toContain('All of Tag');
    expect(names).toContain('List, of everything');
    expect(new Set(names).size).toBe(names.length);
  });

  it('chooses a cell, a row, a column and everything', async () => {
    render(<Chooser />);
    await userEvent.click(box('Repository: Pull'));
    expect(result()).toBe('repository:pull');
    expect(box('All of Repository').indeterminate).toBe(true);
    await userEvent.click(box('All of Repository'));
    expect(result()).toBe('repository:list repository:pull repository:push');
    await userEvent.click(box('List, of everything'));
    expect(result()).toContain('tag:list');
    expect(box('Everything').checked).toBe(true);
    await userEvent.click(box('Everything'));
    expect(result()).toBe('');
  });

  it('is walked with arrow keys, past cells that are empty', async () => {
    render(<Chooser />);
    box('All of Tag').focus();
    await userEvent.keyboard('{ArrowRight}');
    expect(document.activeElement).toBe(box('Tag: List'));
    await userEvent.keyboard('{ArrowUp}');
    expect(document.activeElement).toBe(box('Repository: List'));
    await userEvent.keyboard('{ArrowLeft}');
    expect(document.activeElement).toBe(box('Repository: Push'));
    await userEvent.keyboard(' ');
    expect(result()).toBe('repository:push');
  });
});
