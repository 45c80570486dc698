export const users = {
  clearSearch: 'Clear what was typed',
  nothingFound: 'Nothing found',
} as const;
