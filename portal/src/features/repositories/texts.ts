export const repositories = {
  pull: {
    title: 'Pull',
    client: 'Client',
    reference: 'By tag or digest',
    digest: '{{digest}} (digest)',
    command: 'Command of {{client}}',
  },
} as const;
