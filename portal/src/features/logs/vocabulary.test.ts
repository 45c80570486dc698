import { expect, it } from 'vitest';
import { eventTypeOf, PROJECT_RESOURCE_TYPES, resourceTypesOf } from './vocabulary';

it('finds the resource types of event types', () => {
  expect(
    resourceTypesOf(['create_tag', 'delete_tag', 'update_tag_retention', 'delete_artifact_label', 'exceed_quota']),
  ).toEqual(['artifact-label', 'tag', 'tag retention']);
});

it.each(PROJECT_RESOURCE_TYPES)('finds %s by its event type', (type) => {
  expect(resourceTypesOf([eventTypeOf('create', type)])).toEqual([type]);
});
