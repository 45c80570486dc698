import { Alert, Icon, List, ListItem } from '@patternfly/react-core';
import CheckIcon from '@patternfly/react-icons/dist/esm/icons/check-icon';
import TimesIcon from '@patternfly/react-icons/dist/esm/icons/times-icon';
import { useTranslation } from '@/texts';
import type { ExplainView, WayView } from '@/api/generated';
import { isRole } from '@/features/projects/roles';
import { held, isCode, remediesOf } from './answer';
import '@/features/projects/texts';
import '../texts';

/** Whether it is allowed, by what, and what would allow it. */
export function Answer({ answer }: { answer: ExplainView }) {
  const { t } = useTranslation();
  const { allowed, code, message, principal, reference, exists } = answer;
  const who = principal.name || t('members.explain.nobody');
  const ways = held(answer.ways);
  return (
    <Alert
      variant={allowed ? 'success' : 'warning'}
      isInline
      isLiveRegion
      component="h2"
      title={t(allowed ? 'members.explain.may' : 'members.explain.mayNot', { who })}
    >
      <p>{isCode(code) ? t(`members.explain.because.${code}`, { who }) : message}</p>
      {exists === false && <p>{t('members.explain.missing', { reference: reference ?? '' })}</p>}
      {ways.length > 0 && (
        <>
          <h3 className="m-explained">{t('members.explain.has', { who })}</h3>
          <List isPlain>
            {ways.map((way, index) => (
              <ListItem key={index}>
                <HeldWay way={way} />
              </ListItem>
            ))}
          </List>
        </>
      )}
      {!allowed && <WouldAllow answer={answer} />}
    </Alert>
  );
}

function HeldWay({ way }: { way: WayView }) {
  const { t } = useTranslation();
  return (
    <>
      <Icon isInline status={way.gives ? 'success' : undefined}>
        {way.gives ? <CheckIcon /> : <TimesIcon />}
      </Icon>{' '}
      <WayName way={way} />{' '}
      {way.repositories && (
        <>
          {t('members.limitedTo')}{' '}
          {way.repositories.map((pattern) => (
            <span key={pattern}>
              <code>{pattern}</code>{' '}
            </span>
          ))}
        </>
      )}
      <span className="m-small">{t(way.gives ? 'members.explain.gives' : 'members.explain.givesNot')}</span>
    </>
  );
}

function WayName({
  way: { source, role_id: role, role_name: roleName = '', group_name: group, namespace },
}: {
  way: WayView;
}) {
  const { t } = useTranslation();
  if (source === 'role') {
    const name = isRole(role) ? t(`projects.roles.${role}`) : roleName;
    return group
      ? t('members.explain.ways.group', { role: name, group })
      : t('members.explain.ways.role', { role: name });
  }
  if (source === 'sysadmin') return t('members.explain.ways.sysadmin');
  if (source === 'public') return t('members.explain.ways.public');
  return namespace === '*' ? t('members.explain.ways.everyProject') : t('members.explain.ways.permission');
}

function WouldAllow({ answer }: { answer: ExplainView }) {
  const { t } = useTranslation();
  const { roles, hasPermission, hasPublic, hasLimit } = remediesOf(answer);
  const names = roles.filter(isRole).map((role) => t(`projects.roles.${role}`));
  const remedies = [
    hasLimit && t('members.explain.remedies.limit'),
    names.length > 0 && t('members.explain.remedies.roles', { count: names.length, roles: names.join(', ') }),
    hasPermission && t('members.explain.remedies.permission'),
    hasPublic && t('members.explain.remedies.public'),
  ].filter((remedy) => remedy !== false);
  if (remedies.length === 0) {
    return answer.code === 'ACCOUNT_ENDED' ? null : <p>{t(`members.explain.never.${answer.principal.type}`)}</p>;
  }
  return (
    <>
      <h3 className="m-explained">{t('members.explain.wouldAllow')}</h3>
      <List>
        {remedies.map((remedy) => (
          <ListItem key={remedy}>{remedy}</ListItem>
        ))}
      </List>
    </>
  );
}
