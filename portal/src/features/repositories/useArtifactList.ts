import { useTranslation } from '@/texts';
import type { FilterField } from '@/shared/ListToolbar';
import { useListState } from '@/shared/useListState';
import { artifactsQuery } from './artifactsQuery';
import { KNOWN_TYPES, useTypeName } from './ArtifactType';
import './texts';

/** Page, order and filters of a list of artifacts, and the parameters of its operation. */
export function useArtifactList() {
  const state = useListState({
    sort: '-push_time',
    // What they are in the query is said by artifactsQuery.
    filters: [
      { key: 'tag', comparison: 'contains' },
      { key: 'tagged', comparison: 'exact' },
      { key: 'type', comparison: 'exact' },
      { key: 'labels', comparison: 'exact' },
    ],
  });
  const query = {
    ...state.query,
    q: artifactsQuery(state.filters),
    with_tag: true,
    with_label: true,
    with_accessory: true,
    with_immutable_status: true,
  };
  return { state, query, filters: useFilters(state.filters.tag !== '') };
}

/** A text asks for a tag: whether there is one is then no question. */
function useFilters(hasText: boolean): FilterField[] {
  const { t } = useTranslation();
  const typeName = useTypeName();
  const tagged: FilterField = {
    key: 'tagged',
    label: t('repositories.tags'),
    kind: 'choice',
    choices: [
      { value: '*', label: t('repositories.tagged') },
      { value: 'nil', label: t('repositories.untagged') },
    ],
  };
  return [
    { key: 'tag', label: t('repositories.tag'), kind: 'text' },
    ...(hasText ? [] : [tagged]),
    {
      key: 'type',
      label: t('repositories.type'),
      kind: 'choice',
      choices: KNOWN_TYPES.map((type) => ({ value: type, label: typeName(type) })),
    },
  ];
}
