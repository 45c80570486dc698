import { Content } from '@patternfly/react-core';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { deleteRobot, updateRobot, type RobotView } from '@/api/generated';
import SecretDialog from '@/features/account/SecretDialog';
import { ConfirmDialog } from '@/shared/dialogs';
import { useAction } from '@/shared/useAction';
import { NewSecretDialog } from './NewSecretDialog';
import { enabling } from './requests';
import { RobotWizard } from './RobotWizard';
import { robotsKey, type Scope } from './scope';
import './texts';

export type Act = 'edit' | 'secret' | 'disable' | 'delete';

/** Which dialog is open, and of which robot. */
export type Opened = { act: 'create' } | { act: Act; robot: RobotView };

interface Props {
  scope: Scope;
  opened: Opened;
  onClose: () => void;
}

/** The dialogs of the list; a secret is shown after the one that made it. */
export default function RobotDialogs({ scope, opened, onClose }: Props) {
  const { t } = useTranslation();
  const [made, setMade] = useState<{ name: string; secret: string; isNew: boolean } | null>(null);
  if (made !== null) {
    const { name, secret, isNew } = made;
    const title = t(isNew ? 'robots.createdTitle' : 'robots.refreshedTitle', { name });
    return <SecretDialog title={title} name={name} secret={secret} onClose={onClose} />;
  }
  if (opened.act === 'create') {
    return (
      <RobotWizard
        scope={scope}
        robot={null}
        onCreated={({ name, secret }) => setMade({ name, secret, isNew: true })}
        onClose={onClose}
      />
    );
  }
  const { robot } = opened;
  switch (opened.act) {
    case 'edit':
      return <RobotWizard scope={scope} robot={robot} onCreated={() => undefined} onClose={onClose} />;
    case 'secret':
      return (
        <NewSecretDialog
          robot={robot}
          onGenerated={(secret) => setMade({ name: robot.name, secret, isNew: false })}
          onClose={onClose}
        />
      );
    case 'disable':
      return <Disable scope={scope} robot={robot} onClose={onClose} />;
    case 'delete':
      return <Delete scope={scope} robot={robot} onClose={onClose} />;
  }
}

interface OneProps {
  scope: Scope;
  robot: RobotView;
  onClose: () => void;
}

function Disable({ scope, robot, onClose }: OneProps) {
  const { t } = useTranslation();
  const disable = useAction({
    run: () => updateRobot({ path: { robot_id: robot.id }, body: enabling(robot, false) }),
    changes: [robotsKey(scope)],
    done: t('robots.disabledToast', { name: robot.name }),
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title={t('robots.disableTitle', { name: robot.name })}
      confirm={t('robots.disable')}
      action={disable}
      onConfirm={() => disable.mutate()}
      onClose={onClose}
    >
      {t('robots.disableBody')}
    </ConfirmDialog>
  );
}

function Delete({ scope, robot, onClose }: OneProps) {
  const { t } = useTranslation();
  const remove = useAction({
    run: () => deleteRobot({ path: { robot_id: robot.id } }),
    changes: [robotsKey(scope)],
    done: t('robots.deletedToast', { name: robot.name }),
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title={t('robots.deleteTitle', { name: robot.name })}
      confirm={t('common.delete')}
      action={remove}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <Content>
        <p>{t('robots.deleteBody')}</p>
        <p>{t('common.cannotBeUndone')}</p>
      </Content>
    </ConfirmDialog>
  );
}
