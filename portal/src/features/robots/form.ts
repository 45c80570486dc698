/** The form of a robot: how it begins, and whether it can be sent. Pure. */

import type { RobotView } from '@/api/generated';
import { dateText, durationOf, endOf, FOR_EVER, type Expiry } from './expiry';
import { areValid, grantsOf, newGrant, SYSTEM_NAMESPACE, type Grant } from './grants';
import { PRESETS } from './rights';
import type { Scope } from './scope';

export interface RobotForm {
  name: string;
  description: string;
  expiry: Expiry;
  grants: Grant[];
}

const DAYS = '90';
const MAX_DESCRIPTION = 1024;
const NAME = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

export function isRobotName(name: string): boolean {
  return name.length <= 255 && NAME.test(name);
}

export function isDescription(text: string): boolean {
  return [...text].length <= MAX_DESCRIPTION;
}

/** The form of a new robot: it pulls, and ends in three months. */
export function formOfNew(scope: Scope, now: Date): RobotForm {
  const grant =
    scope.level === 'project' ? newGrant('project', scope.project, PRESETS.pull) : newGrant('system', SYSTEM_NAMESPACE);
  return {
    name: '',
    description: '',
    expiry: { choice: 'days', days: DAYS, date: dateText(endOf(Number(DAYS), now)) },
    grants: [grant],
  };
}

/** The form of a robot that is there. */
export function formOf(robot: RobotView): RobotForm {
  const grants = grantsOf(robot.permissions);
  const hasSystem = grants.some(({ kind }) => kind === 'system');
  const isOfSystem = robot.level === 'system';
  const ends = robot.expires_at !== FOR_EVER;
  return {
    name: robot.name,
    description: robot.description ?? '',
    expiry: {
      choice: 'keep',
      days: ends ? String(robot.duration) : DAYS,
      date: ends ? dateText(new Date(robot.expires_at * 1000)) : '',
    },
    grants: isOfSystem && !hasSystem ? [newGrant('system', SYSTEM_NAMESPACE), ...grants] : grants,
  };
}

/** Whether name, description and end can be sent; `from` as `durationOf` has it. */
export function isGeneralValid(form: RobotForm, isExisting: boolean, from: Date): boolean {
  const isNamed = isExisting || isRobotName(form.name);
  return isNamed && isDescription(form.description) && durationOf(form.expiry, from) !== undefined;
}

export function isFormValid(form: RobotForm, isExisting: boolean, from: Date): boolean {
  return isGeneralValid(form, isExisting, from) && areValid(form.grants);
}
