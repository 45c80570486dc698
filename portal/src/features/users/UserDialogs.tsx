import type { UserView } from '@/api/generated';
import { CreateUser } from './CreateUser';
import { EditProfile } from './EditProfile';
import { SetPassword } from './SetPassword';
import { TogetherDialog } from './TogetherDialog';

/** What can be done with several users at once. */
export type Many = 'promote' | 'demote' | 'delete';

/** Which dialog is open, and of whom. */
export type Opened =
  { act: 'create' } | { act: 'profile' | 'password'; user: UserView } | { act: Many; users: UserView[] };

export default function UserDialogs({ opened, onClose }: { opened: Opened; onClose: () => void }) {
  switch (opened.act) {
    case 'create':
      return <CreateUser onClose={onClose} />;
    case 'profile':
      return <EditProfile user={opened.user} onClose={onClose} />;
    case 'password':
      return <SetPassword user={opened.user} onClose={onClose} />;
    default:
      return <TogetherDialog act={opened.act} users={opened.users} onClose={onClose} />;
  }
}
