import { useTranslation } from '@/texts';
import { removeUserGroupMember, type GroupMemberView, type GroupView } from '@/api/generated';
import { ConfirmEach } from '@/features/users/ConfirmEach';
import './texts';

interface Props {
  group: GroupView;
  members: GroupMemberView[];
  onClose: () => void;
}

/** Takes users out of a group. */
export default function RemoveMembers({ group, members, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <ConfirmEach
      items={members}
      title={(left) => t('groups.removeTitle', { ...left, group: group.group_name })}
      confirm={t('groups.removeShort')}
      run={({ user_id }) => removeUserGroupMember({ path: { group_id: group.id, user_id } })}
      changes={[['groups', String(group.id), 'members']]}
      done={t('groups.removedToast', {
        count: members.length,
        name: members[0]?.username ?? '',
        group: group.group_name,
      })}
      onClose={onClose}
    >
      <p>{t('groups.removeBody')}</p>
    </ConfirmEach>
  );
}
