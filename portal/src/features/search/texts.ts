import { defineTexts } from '@/texts';

export const search = defineTexts('search', {
  label: 'Search projects, repositories, tags and labels',
  placeholder: 'Search',
  clear: 'Clear the search',
  key: 'The / key leads here',
  kinds: {
    projects: 'Projects',
    repositories: 'Repositories',
    tags: 'Tags',
    labels: 'Labels',
  },
  more_one: 'and {{count}} more: type more of its name',
  more_other: 'and {{count}} more: type more of the name',
  nothing: 'Nothing is called that. Tags are found by the beginning of their names.',
  failed: 'The search failed: {{message}}',
});
