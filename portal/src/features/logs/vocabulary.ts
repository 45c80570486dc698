/** What the audit log calls things. Pure. */

/** Operations, in the order they are offered. */
export const OPERATIONS = ['create', 'delete', 'pull', 'update', 'login', 'logout'] as const;

export type Operation = (typeof OPERATIONS)[number];

export function isOperation(name: string): name is Operation {
  return OPERATIONS.some((operation) => operation === name);
}

/** Resource types whose names have something else where event types have an underscore. */
const SPELLED: Record<string, string> = {
  artifact_label: 'artifact-label',
  immutable_tag_rule: 'immutable tag rule',
  tag_retention: 'tag retention',
  trash_entry: 'trash entry',
  webhook_policy: 'webhook policy',
};

/** Resource types of what happens in a project. */
export const PROJECT_RESOURCE_TYPES = [
  'artifact',
  'artifact-label',
  'immutable tag rule',
  'label',
  'member',
  'project',
  'quota',
  'repository',
  'robot',
  'tag',
  'tag retention',
  'trash entry',
  'webhook policy',
];

/** The resource types of event types such as `create_tag_retention`, each once, in order. */
export function resourceTypesOf(eventTypes: readonly string[]): string[] {
  const logged = eventTypes.filter((name) => isOperation(operationOf(name)));
  return [...new Set(logged.map((name) => name.slice(name.indexOf('_') + 1)))]
    .map((name) => SPELLED[name] ?? name)
    .sort();
}

function operationOf(eventType: string): string {
  return eventType.slice(0, eventType.indexOf('_'));
}

/** The resource type as event types have it: the key of its name. */
export function typeKeyOf(resourceType: string): string {
  return resourceType.replaceAll(/[ -]/g, '_');
}

/** The event type of a row, as the configuration names it. */
export function eventTypeOf(operation: string, resourceType: string): string {
  return `${operation}_${typeKeyOf(resourceType)}`;
}

/** A name of a resource, and the digest at its end, if it has one. */
export function splitDigest(resource: string): { before: string; digest: string } {
  const digest = /(?<=^|@)sha(256|384|512):[0-9a-f]{64,128}$/.exec(resource)?.[0] ?? '';
  return { before: resource.slice(0, resource.length - digest.length), digest };
}

export function capitalized(text: string, language: string): string {
  const [first = ''] = text;
  return first.toLocaleUpperCase(language) + text.slice(first.length);
}
