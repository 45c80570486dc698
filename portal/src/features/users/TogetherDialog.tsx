import { useTranslation } from '@/texts';
import { deleteUser, setUserSysAdmin, type UserView } from '@/api/generated';
import { ConfirmEach } from './ConfirmEach';
import type { Many } from './UserDialogs';
import './texts';

const REQUESTS: Record<Many, (user: UserView) => Promise<unknown>> = {
  promote: ({ user_id }) => setUserSysAdmin({ path: { user_id }, body: { sysadmin_flag: true } }),
  demote: ({ user_id }) => setUserSysAdmin({ path: { user_id }, body: { sysadmin_flag: false } }),
  delete: ({ user_id }) => deleteUser({ path: { user_id } }),
};

interface Props {
  act: Many;
  users: UserView[];
  onClose: () => void;
}

/** Makes users administrators of the system, or no more, or deletes them. */
export function TogetherDialog({ act, users, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <ConfirmEach
      items={users}
      title={(left) => t(`users.${act}Title`, left)}
      confirm={t(act === 'delete' ? 'common.delete' : `users.${act}`)}
      danger={act !== 'promote'}
      run={REQUESTS[act]}
      changes={[['users']]}
      done={t(`users.${act}Toast`, { count: users.length, name: users[0]?.username ?? '' })}
      onClose={onClose}
    >
      <p>{t(`users.${act}Body`)}</p>
      {act === 'delete' && <p>{t('common.cannotBeUndone')}</p>}
    </ConfirmEach>
  );
}
