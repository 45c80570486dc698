import { Label } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import type { RobotPermissionView } from '@/api/generated';
import { rightsOf } from './grants';
import { byResource } from './rights';
import { useNames } from './useNames';
import './robots.css';
import './texts';

/** Places, and resources of one place, that a summary names. */
const MOST_PLACES = 3;
const MOST_RESOURCES = 2;

/** What a robot may do, in a few words; in the list of a project without its name. */
export function Summary({ permissions, isOfProject }: { permissions: RobotPermissionView[]; isOfProject: boolean }) {
  const { t } = useTranslation();
  const { resourceName, actionName, placeName } = useNames();
  if (permissions.length === 0) return <>{t('robots.nothing')}</>;
  const words = ({ access, repositories }: RobotPermissionView) => {
    const rights = byResource(rightsOf(access));
    const what =
      rights.length > MOST_RESOURCES
        ? t('robots.count', { count: access.length })
        : rights.map(([resource, actions]) => `${resourceName(resource)}: ${actions.map(actionName).join(', ')}`);
    return [...[what].flat(), ...(repositories ? [t('robots.onlyIn', { patterns: repositories.join(', ') })] : [])];
  };
  return (
    <>
      {permissions.slice(0, MOST_PLACES).map((permission, index) => (
        <div key={index}>
          {!isOfProject && <strong>{placeName(permission)} </strong>}
          {words(permission).join('; ')}
        </div>
      ))}
      {permissions.length > MOST_PLACES && (
        <div>{t('robots.morePlaces', { count: permissions.length - MOST_PLACES })}</div>
      )}
    </>
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
          <ul>
            {byResource(rightsOf(permission.access)).map(([resource, actions]) => (
              <li key={resource}>
                {resourceName(resource)}: {actions.map(actionName).join(', ')}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
