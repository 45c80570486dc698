import { ModalBody, ModalHeader } from '@patternfly/react-core';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Dialog } from './Dialog';
import { Toasts, useToast } from './Toasts';

/** A page that opens a dialog, over which another one can be opened. */
function Page() {
  const [isForm, setForm] = useState(false);
  const [isQuestion, setQuestion] = useState(false);
  const say = useToast();
  return (
    <>
      <h1>Projects</h1>
      <button onClick={() => setForm(true)}>New</button>
      {isForm && (
        <Dialog aria-labelledby="form" onClose={() => setForm(false)}>
          <ModalHeader title="New project" labelId="form" />
          <ModalBody>
            <button onClick={() => say('Saved')}>Save</button>
            <button onClick={() => setQuestion(true)}>Ask</button>
          </ModalBody>
        </Dialog>
      )}
      {isQuestion && (
        <Dialog aria-labelledby="question">
          <ModalHeader title="Who are you?" labelId="question" />
          <ModalBody>
            <button onClick={() => setQuestion(false)}>Me</button>
          </ModalBody>
        </Dialog>
      )}
    </>
  );
}

let root: HTMLElement;

beforeEach(() => {
  root = document.createElement('div');
  root.id = 'root';
  document.body.append(root);
  render(
    <Toasts>
      <Page />
    </Toasts>,
    { container: root },
  );
});

afterEach(() => root.remove());

const heading = () => screen.queryByRole('heading', { name: 'Projects' });
const form = () => screen.queryByRole('dialog', { name: 'New project' });
const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));

describe('an open dialog', () => {
  it('hides the page from those who cannot see that it is behind', async () => {
    expect(heading()).not.toBeNull();
    await press('New');
    expect(form()).not.toBeNull();
    expect(heading()).toBeNull();
    await press('Close');
    expect(heading()).not.toBeNull();
  });

  it('lets everybody hear of what was done', async () => {
    await press('New');
    await press('Save');
    expect(screen.getByRole('listitem').textContent).toContain('Saved');
  });

  it('is hidden while another is over it, after which the page stays hidden', async () => {
    await press('New');
    await press('Ask');
    expect(form()).toBeNull();
    await press('Me');
    expect(form()).not.toBeNull();
    expect(heading()).toBeNull();
  });

  it('is closed by Escape, but not by the one that was for the dialog over it', async () => {
    await press('New');
    await press('Ask');
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByRole('dialog', { name: 'Who are you?' })).not.toBeNull();
    await press('Me');
    expect(form()).not.toBeNull();
    await userEvent.keyboard('{Escape}');
    expect(form()).toBeNull();
    expect(heading()).not.toBeNull();
  });
});
