/** The keys of the configuration that have an effect: what each holds, its default, and what fits. Pure data. */

import type { Configurations } from '@/api/generated';

type KeyOf<Value> = {
  [Key in keyof Configurations]-?: NonNullable<Configurations[Key]> extends Value ? Key : never;
}[keyof Configurations];

interface SwitchField {
  kind: 'switch';
  key: KeyOf<boolean>;
  default: boolean;
  /** The key says what is turned off; the switch says what is on. */
  isInverted?: boolean;
}

interface NumberField {
  kind: 'number';
  key: KeyOf<number>;
  default: number;
  unit: 'minutes' | 'days';
}

/** Bytes, written in GiB; -1 is no limit. */
interface LimitField {
  kind: 'limit';
  key: KeyOf<number>;
  default: number;
}

interface TextField {
  kind: 'text';
  key: KeyOf<string>;
  default: string;
}

interface ChoiceField {
  kind: 'choice';
  key: 'project_creation_restriction';
  default: string;
  choices: readonly ('everyone' | 'adminonly')[];
}

/** Names of event types with commas between them. */
interface EventTypesField {
  kind: 'eventTypes';
  key: 'disabled_audit_log_event_types';
  default: string;
}

export const FIELDS = [
  { key: 'self_registration', kind: 'switch', default: false },
  { key: 'session_timeout', kind: 'number', unit: 'minutes', default: 60 },
  { key: 'token_expiration', kind: 'number', unit: 'minutes', default: 30 },
  { key: 'robot_token_duration', kind: 'number', unit: 'days', default: 30 },
  { key: 'robot_name_prefix', kind: 'text', default: 'robot$' },
  {
    key: 'project_creation_restriction',
    kind: 'choice',
    choices: ['everyone', 'adminonly'],
    default: 'everyone',
  },
  { key: 'quota_per_project_enable', kind: 'switch', default: true },
  { key: 'storage_per_project', kind: 'limit', default: -1 },
  { key: 'read_only', kind: 'switch', default: false },
  { key: 'notification_enable', kind: 'switch', default: true },
  { key: 'pull_count_update_disable', kind: 'switch', default: false, isInverted: true },
  { key: 'pull_time_update_disable', kind: 'switch', default: false, isInverted: true },
  { key: 'pull_audit_log_disable', kind: 'switch', default: false, isInverted: true },
  { key: 'disabled_audit_log_event_types', kind: 'eventTypes', default: '' },
  { key: 'audit_log_forward_endpoint', kind: 'text', default: '' },
  { key: 'skip_audit_log_database', kind: 'switch', default: false, isInverted: true },
] as const satisfies (SwitchField | NumberField | LimitField | TextField | ChoiceField | EventTypesField)[];

export type FieldKey = (typeof FIELDS)[number]['key'];
export type Field = (SwitchField | NumberField | LimitField | TextField | ChoiceField | EventTypesField) & {
  key: FieldKey;
};

const BY_KEY = new Map<string, Field>(FIELDS.map((field) => [field.key, field]));

export function fieldOf(key: FieldKey): Field {
  return BY_KEY.get(key) as Field;
}

/** A heading and what is below it. */
export interface Section {
  title: 'signIn' | 'tokens' | 'projects' | 'operation' | 'pulls' | 'audit';
  keys: readonly FieldKey[];
}

export const AUTHENTICATION: Section[] = [
  { title: 'signIn', keys: ['self_registration', 'session_timeout'] },
  { title: 'tokens', keys: ['token_expiration', 'robot_token_duration', 'robot_name_prefix'] },
];

export const SYSTEM: Section[] = [
  { title: 'operation', keys: ['read_only', 'notification_enable'] },
  { title: 'projects', keys: ['project_creation_restriction', 'quota_per_project_enable', 'storage_per_project'] },
  { title: 'pulls', keys: ['pull_count_update_disable', 'pull_time_update_disable'] },
  {
    title: 'audit',
    keys: [
      'pull_audit_log_disable',
      'disabled_audit_log_event_types',
      'audit_log_forward_endpoint',
      'skip_audit_log_database',
    ],
  },
];
