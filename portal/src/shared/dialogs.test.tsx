import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { ApiError } from '@/api/errors';
import { ConfirmDialog, FormDialog } from './dialogs';
import { Field } from './Field';

const IDLE = { isPending: false, error: null };
const REFUSED = { isPending: false, error: new ApiError('it has repositories', 412, 'PRECONDITION', 'id-7') };

describe('what is confirmed', () => {
  function show(more: Partial<Parameters<typeof ConfirmDialog>[0]> = {}) {
    const onConfirm = vi.fn();
    const onClose = vi.fn();
    render(
      <ConfirmDialog
        title="Delete shop?"
        confirm="Delete"
        action={IDLE}
        onConfirm={onConfirm}
        onClose={onClose}
        {...more}
      >
        Two repositories go.
      </ConfirmDialog>,
    );
    return { onConfirm, onClose };
  }

  const button = () => screen.getByRole<HTMLButtonElement>('button', { name: /Delete/ });

  it('is said by a dialog that has the name of what it asks', () => {
    show();
    expect(screen.getByRole('dialog', { name: /Delete shop\?/ }).textContent).toContain('Two repositories go.');
  });

  it('is done when it is confirmed, and not when it is cancelled', async () => {
    const { onConfirm, onClose } = show();
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(onClose).toHaveBeenCalledOnce();
    expect(onConfirm).not.toHaveBeenCalled();
    await userEvent.click(button());
    expect(onConfirm).toHaveBeenCalledOnce();
  });

  it('has to be typed exactly where that is asked for', async () => {
    const { onConfirm } = show({ typed: 'shop' });
    const field = screen.getByRole('textbox', { name: 'To confirm, type shop' });
    expect(button().disabled).toBe(true);
    await userEvent.type(field, 'sho{Enter}');
    expect(button().disabled).toBe(true);
    expect(onConfirm).not.toHaveBeenCalled();
    await userEvent.type(field, 'p');
    expect(button().disabled).toBe(false);
    await userEvent.type(field, '{Enter}');
    expect(onConfirm).toHaveBeenCalledOnce();
  });

  it('is not done twice at the same time', async () => {
    const { onConfirm } = show({ typed: 'shop', action: { isPending: true, error: null } });
    await userEvent.type(screen.getByRole('textbox'), 'shop{Enter}');
    expect(button().disabled).toBe(true);
    expect(onConfirm).not.toHaveBeenCalled();
  });

  it('stays open with the error and the id of the request', () => {
    show({ action: REFUSED });
    expect(screen.getByText('it has repositories')).toBeTruthy();
    expect(screen.getByText('Request id id-7')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Copy the request id' })).toBeTruthy();
  });
});

describe('a form', () => {
  function Form({
    isValid = true,
    action = IDLE,
    onSubmit,
  }: {
    isValid?: boolean;
    action?: typeof REFUSED | typeof IDLE | { isPending: true; error: null };
    onSubmit: (text: string) => void;
  }) {
    const [text, setText] = useState('');
    return (
      <FormDialog
        title="New robot"
        submit="Create"
        isValid={isValid}
        action={action}
        onSubmit={() => onSubmit(text)}
        onClose={vi.fn()}
      >
        <Field label="Name" value={text} onChange={setText} />
      </FormDialog>
    );
  }

  const field = () => screen.getByRole('textbox', { name: 'Name' });

  it('is submitted by Enter, and by its button', async () => {
    const onSubmit = vi.fn();
    render(<Form onSubmit={onSubmit} />);
    await userEvent.type(field(), 'builder{Enter}');
    expect(onSubmit).toHaveBeenLastCalledWith('builder');
    await userEvent.click(screen.getByRole('button', { name: 'Create' }));
    expect(onSubmit).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['while something is missing', { isValid: false }],
    ['while it is being submitted', { action: { isPending: true, error: null } as const }],
  ])('is not submitted %s', async (_, more) => {
    const onSubmit = vi.fn();
    render(<Form onSubmit={onSubmit} {...more} />);
    await userEvent.type(field(), 'builder{Enter}');
    expect(screen.getByRole<HTMLButtonElement>('button', { name: /Create/ }).disabled).toBe(true);
    expect(onSubmit).not.toHaveBeenCalled();
  });

  it('keeps what was typed beside the error', async () => {
    const { rerender } = render(<Form onSubmit={vi.fn()} />);
    await userEvent.type(field(), 'builder');
    rerender(<Form onSubmit={vi.fn()} action={REFUSED} />);
    expect(screen.getByText('it has repositories')).toBeTruthy();
    expect(screen.getByText('Request id id-7')).toBeTruthy();
    expect((field() as HTMLInputElement).value).toBe('builder');
  });
});
