/** Changes of a robot as the API takes them: always the whole robot. Pure. */

import type { RobotRequest, RobotView } from '@/api/generated';
import { permissionsOf, unchanged, type Grant } from './grants';

/** The robot as it is but enabled, or not. */
export function enabling(robot: RobotView, isEnabled: boolean): RobotRequest {
  return {
    name: robot.name,
    level: robot.level,
    description: robot.description ?? '',
    duration: null,
    disable: !isEnabled,
    permissions: unchanged(robot.permissions),
  };
}

/** The robot with what its form says. `duration`: null to leave it as it is. */
export function changed(
  robot: RobotView,
  form: { description: string; duration: number | null; grants: Grant[] },
): RobotRequest {
  return {
    name: robot.name,
    level: robot.level,
    description: form.description,
    duration: form.duration,
    disable: robot.disable,
    permissions: permissionsOf(form.grants),
  };
}
