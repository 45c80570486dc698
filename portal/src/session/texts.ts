export const session = {
  title: 'Sign in to Moorage',
  username: 'User name or e-mail',
  password: 'Password',
  wrong: 'User name or password is wrong.',
  locked: 'Too many attempts. Wait a moment and try again.',
  browse: 'Look at public projects without signing in',
  firstRun: 'First start?',
  firstRunHint:
    'The account is admin. Its password was printed once where the server was started, or is the one given in HARBOR_ADMIN_PASSWORD.',
  endedTitle: 'Your session has ended',
  endedBody: 'Sign in again as {{name}}. What you were doing stays as it is.',
  leave: 'Leave this page',
  signedInAs: 'Signed in as {{name}}',
} as const;
