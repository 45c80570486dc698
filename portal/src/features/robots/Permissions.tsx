import { Label, LabelGroup } from '@patternfly/react-core';
import { useTranslation } from 'react-i18next';
import type { RobotPermissionView } from '@/api/generated';
import { Facts } from '@/shared/Facts';
import { EVERY_PROJECT, rightsOf } from './grants';
import { byResource } from './rights';
import { useNames } from './useNames';
import './robots.css';

/** What a robot may do, in a few words: where, and how much. */
export function Summary({ permissions }: { permissions: RobotPermissionView[] }) {
  const { t } = useTranslation();
  const { resourceName, actionName, placeName } = useNames();
  if (permissions.length === 0) return <>{t('robots.nothing')}</>;
  const [only, ...others] = permissions;
  const rights = only === undefined ? [] : byResource(rightsOf(only.access));
  // Of one place the few rights themselves say more than their number.
  if (others.length === 0 && rights.length <= 2 && only?.kind === 'project' && only.namespace !== EVERY_PROJECT) {
    return (
      <>
        {rights
          .map(([resource, actions]) => `${resourceName(resource)}: ${actions.map(actionName).join(', ')}`)
          .join('; ')}
        {only.repositories && ` (${only.repositories.join(', ')})`}
      </>
    );
  }
  return (
    <LabelGroup numLabels={3} aria-label={t('robots.permissions')}>
      {permissions.map((permission, index) => (
        <Label key={index} variant="outline">
          {t('robots.rightsIn', { count: permission.access.length, place: placeName(permission) })}
        </Label>
      ))}
    </LabelGroup>
  );
}

/** Everything a robot may do, by place and resource. */
export function PermissionsOf({ permissions }: { permissions: RobotPermissionView[] }) {
  const { t } = useTranslation();
  const { resourceName, actionName, placeName } = useNames();
  if (permissions.length === 0) return <>{t('robots.nothing')}</>;
  return (
    <div className="m-robot-permissions">
      {permissions.map((permission, index) => (
        <section key={index}>
          <strong>{placeName(permission)}</strong>
          {permission.repositories && (
            <p>
              {t('robots.onlyRepositories')}{' '}
              {permission.repositories.map((pattern) => (
                <Label key={pattern} isCompact>
                  {pattern}
                </Label>
              ))}
            </p>
          )}
          <Facts
            columns={3}
            facts={byResource(rightsOf(permission.access)).map(([resource, actions]) => [
              resourceName(resource),
              actions.map(actionName).join(', '),
            ])}
          />
        </section>
      ))}
    </div>
  );
}
