import { defineTexts } from '@/texts';

export const configuration = defineTexts('configuration', {
  description: 'What is changed here counts at the next request, in every process; nothing has to be restarted.',
  tabs: 'Parts of the configuration',
  auth: 'Authentication',
  setting: 'System',
  banner: 'Banner',
  overwrittenTitle: 'The configuration comes from the environment',
  overwritten:
    'CONFIG_OVERWRITE_JSON is set where this server is started, and closes the configuration to changes. Change it there.',
  readOnlyField: 'Set by CONFIG_OVERWRITE_JSON in the environment of the server; it cannot be changed here.',
  mayNotChange: 'You may look at the configuration, but not change it.',
  default: 'Default: {{value}}.',
  on: 'on',
  off: 'off',
  nothing: 'none',
  unsaved_one: '{{count}} change is not saved yet',
  unsaved_other: '{{count}} changes are not saved yet',
  discard: 'Discard',
  saved: 'The configuration was saved.',
  sections: {
    signIn: 'Signing in',
    tokens: 'Tokens and robots',
    projects: 'Projects and quotas',
    operation: 'Operation',
    pulls: 'Statistics of pulls',
    audit: 'Audit log',
  },
  unit: { minutes: 'minutes', days: 'days', GiB: 'GiB' },
  amount: {
    minutes_one: '{{count}} minute',
    minutes_other: '{{count}} minutes',
    days_one: '{{count}} day',
    days_other: '{{count}} days',
  },
  problem: {
    number: 'Write a whole number, 1 or more.',
    tooLarge: 'The largest possible value is {{most}}.',
    limit: 'Write a number of GiB above 0, at most 1048576 (1 PiB).',
    prefix: 'A prefix has 1 to 64 characters that can be seen, and no colon.',
    needsEndpoint: 'Without a syslog server rows have to be kept in the database.',
  },
  authMode: 'Accounts',
  authModeDatabase: 'Kept by this registry: users have a name and a password here.',
  authModeOther:
    'The configuration says {{mode}}, which this server cannot sign anybody in with. Accounts of this registry can still sign in.',
  passwords: 'Passwords',
  passwordRule: '8 to 128 characters with at least one upper-case letter, one lower-case letter and one digit.',
  restriction: { everyone: 'Everyone with an account', adminonly: 'Administrators only' },
  eventTypes: {
    choose: 'Event types that are not logged',
    all: 'All are logged',
    some_one: '{{count}} is not logged',
    some_other: '{{count}} are not logged',
    logAgain: 'Log {{type}} again',
  },
  fields: {
    self_registration: {
      label: 'People may register themselves',
      help: 'Whoever reaches the server can make an account of their own. Otherwise administrators make accounts.',
    },
    session_timeout: {
      label: 'Session timeout',
      help: 'How long somebody stays signed in at this portal without using it.',
    },
    token_expiration: {
      label: 'Registry tokens are valid for',
      help: 'What docker and other clients get for a login; they fetch a new one by themselves. A push of one large layer has to be begun within this time. The settings of the server can bring another default (security.token_expiration).',
    },
    robot_token_duration: {
      label: 'Robots are valid for',
      help: 'For robots that are made without a time of their own. Robots that exist are not changed.',
    },
    robot_name_prefix: {
      label: 'Prefix of robot names',
      help: 'What the name of every robot begins with when it signs in.',
    },
    project_creation_restriction: {
      label: 'Who may make projects',
      help: 'Administrators can in any case.',
    },
    quota_per_project_enable: {
      label: 'Limit the storage of projects',
      help: 'When off, usage is still counted, but no push is refused because of it.',
    },
    storage_per_project: {
      label: 'Storage of a new project',
      help: 'For projects that are made without a limit of their own. Projects that exist keep theirs.',
    },
    read_only: {
      label: 'Read-only mode',
      help: 'Goes on: pulling, reading, signing in, and changing this configuration. Stops with an error: pushing, deleting, and every other change, also those of robots.',
    },
    notification_enable: {
      label: 'Send webhooks',
      help: 'When off, nothing is sent for any project. What happens meanwhile is not sent later.',
    },
    pull_count_update_disable: {
      label: 'Count pulls',
      help: 'How often each repository was pulled from.',
    },
    pull_time_update_disable: {
      label: 'Note the time of the last pull',
      help: 'Retention rules that ask when something was last pulled need it.',
    },
    pull_audit_log_disable: {
      label: 'Log pulls',
      help: 'Pulls are most of what the audit log of a busy registry holds.',
    },
    disabled_audit_log_event_types: {
      label: 'Events that are not logged',
      help: 'What happens while a type is turned off is not found in the log later.',
    },
    audit_log_forward_endpoint: {
      label: 'Syslog server',
      help: 'Gets every row of the audit log (RFC 5424): host:port or tcp://host:port, or tls://host:port for TLS. The connection is tried when you save. Empty: rows are not forwarded.',
    },
    skip_audit_log_database: {
      label: 'Keep the audit log in the database',
      help: 'When off, rows are kept only until the syslog server has them, and the pages of the audit log stay empty.',
    },
  },
  warnings: {
    read_only: 'Once you save, every push that is under way fails at its next step.',
    robot_name_prefix:
      'This renames every robot at once. What signs in with an old name is refused until it is given the new one.',
    skip_audit_log_database: 'What happens from now on cannot be looked up here.',
  },
  bannerForm: {
    message: 'Text',
    messageHint: 'Shown above every page, and to those who have not signed in. Empty: no banner.',
    type: 'Kind',
    types: { info: 'Information', success: 'Success', warning: 'Warning', danger: 'Danger' },
    closable: 'It can be closed',
    closableHint: 'Who closes it does not see it again until they open the browser again or the text changes.',
    from: 'First day',
    fromHint: 'Empty: from now on.',
    to: 'Last day',
    toHint: 'Empty: until it is removed. Days are those of your time zone.',
    order: 'The last day is before the first.',
    preview: 'Preview',
    previewEmpty: 'Without a text nothing is shown.',
    notNow: 'On this day it is not shown.',
  },
});
