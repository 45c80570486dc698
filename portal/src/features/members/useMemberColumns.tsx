import { Label } from '@patternfly/react-core';
import { Fragment } from 'react';
import { useTranslation } from '@/texts';
import type { MemberView } from '@/api/generated';
import { RoleName } from '@/features/projects/RoleName';
import { useSession } from '@/session/session';
import type { Column } from '@/shared/DataTable';
import { isSelf } from './member';
import './texts';

/** The columns of the list of members. */
export function useMemberColumns(): Column<MemberView>[] {
  const { t } = useTranslation();
  const { user } = useSession();
  return [
    {
      key: 'name',
      title: t('common.name'),
      sort: 'entity_name',
      width: 40,
      breaks: true,
      render: (member) => (
        <>
          {member.entity_name} {isSelf(member, user) && <Label isCompact>{t('members.you')}</Label>}
        </>
      ),
    },
    {
      key: 'type',
      title: t('members.type'),
      sort: 'entity_type',
      width: 15,
      render: ({ entity_type }) => t(entity_type === 'g' ? 'members.kinds.g' : 'members.kinds.u'),
    },
    {
      key: 'role',
      title: t('members.role'),
      sort: 'role_id',
      breaks: true,
      render: (member) => (
        <>
          <RoleName id={member.role_id} />
          {member.repositories && (
            <>
              {' '}
              {t('members.limitedTo')}{' '}
              {member.repositories.map((pattern) => (
                <Fragment key={pattern}>
                  <code>{pattern}</code>{' '}
                </Fragment>
              ))}
            </>
          )}
        </>
      ),
    },
  ];
}
