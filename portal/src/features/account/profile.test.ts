import { describe, expect, it } from 'vitest';
import { isEmail, isProfile, isSame, isUsername, profileOf } from './profile';

describe('a profile', () => {
  it('has an empty text for what the server leaves out', () => {
    const user = {
      user_id: 1,
      username: 'admin',
      sysadmin_flag: true,
      admin_role_in_auth: false,
      creation_time: '',
      update_time: '',
    };
    expect(profileOf(user)).toEqual({ realname: '', email: '', comment: '' });
  });

  it.each(['realname', 'email', 'comment'])('is another one when its %s is', (field) => {
    const profile = { realname: 'Mona', email: 'mona@example.com', comment: '' };
    expect(isSame(profile, { ...profile })).toBe(true);
    expect(isSame(profile, { ...profile, [field]: 'changed' })).toBe(false);
  });

  it('needs a name and an address', () => {
    const profile = { realname: 'Mona', email: 'mona@example.com', comment: '' };
    expect(isProfile(profile)).toBe(true);
    expect(isProfile({ ...profile, realname: '' })).toBe(false);
    expect(isProfile({ ...profile, email: '' })).toBe(false);
    expect(isProfile({ ...profile, realname: 'Mona, CI' })).toBe(false);
    expect(isProfile({ ...profile, comment: 'x'.repeat(31) })).toBe(false);
  });

  it.each([
    ['mona@example.com', true],
    ['mona.lisa+ci@mail.example.co.uk', true],
    ['mona@localhost', false],
    ['mona example.com', false],
    ['<mona@example.com>', false],
    ['mona@-example.com', false],
  ])('%j is an address: %j', (text, valid) => {
    expect(isEmail(text)).toBe(valid);
  });

  it.each([
    ['mona', true],
    ['mona lisa', true],
    ['', false],
    ['mona:lisa', false],
    ['robot$mona', false],
  ])('%j can be a name to log in with: %j', (text, valid) => {
    expect(isUsername(text)).toBe(valid);
  });
});
