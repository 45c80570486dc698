import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, it } from 'vitest';
import { ProfileFields } from './ProfileFields';

function Form() {
  const [profile, setProfile] = useState({ realname: 'system admin', email: '', comment: '' });
  return <ProfileFields profile={profile} onChange={setProfile} />;
}

const email = () => screen.getByRole('textbox', { name: /E-mail/ });
const described = () => document.getElementById(email().getAttribute('aria-describedby') ?? '')?.textContent ?? '';

it('says at the address why nothing can be saved without one', async () => {
  render(<Form />);
  expect(described()).toContain('saves no profile without an e-mail address');
  await userEvent.type(email(), 'mona');
  expect(described()).toContain('This is no e-mail address');
  await userEvent.type(email(), '@example.com');
  expect(described()).toBe('');
});
