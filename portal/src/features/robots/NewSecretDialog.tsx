import { Alert } from '@patternfly/react-core';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { refreshSec, type RobotView } from '@/api/generated';
import { body } from '@/api/pages';
import { SecretChoice } from '@/features/account/SecretChoice';
import { GENERATED, isComplete } from '@/features/account/secrets';
import { FormDialog } from '@/shared/dialogs';
import { useAction } from '@/shared/useAction';
import './texts';

interface Props {
  robot: RobotView;
  /** Shows a secret that nobody knows yet. */
  onGenerated: (secret: string) => void;
  onClose: () => void;
}

/** Gives a robot another secret: one that the server makes, or one that is typed. */
export function NewSecretDialog({ robot, onGenerated, onClose }: Props) {
  const { t } = useTranslation();
  const [choice, setChoice] = useState(GENERATED);
  const refresh = useAction({
    run: async () => {
      const answer = refreshSec({
        path: { robot_id: robot.id },
        body: { secret: choice.isTyped ? choice.typed.value : '' },
      });
      return (await body(answer)).secret ?? '';
    },
    done: t('robots.refreshedToast', { name: robot.name }),
    onDone: (secret) => {
      if (choice.isTyped) onClose();
      else onGenerated(secret);
    },
  });
  return (
    <FormDialog
      title={t('robots.secretTitle', { name: robot.name })}
      submit={t('robots.newSecret')}
      isValid={isComplete(choice)}
      action={refresh}
      onSubmit={() => refresh.mutate()}
      onClose={onClose}
      variant="small"
    >
      <Alert variant="warning" isInline isPlain title={t('robots.secretWarning')} />
      <SecretChoice choice={choice} onChange={setChoice} />
    </FormDialog>
  );
}
