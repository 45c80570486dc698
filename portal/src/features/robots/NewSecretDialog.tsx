import { Alert, FormGroup, Radio } from '@patternfly/react-core';
import { useId, useState } from 'react';
import { useTranslation } from '@/texts';
import { refreshSec, type RobotView } from '@/api/generated';
import { body } from '@/api/pages';
import { SecretFields } from '@/features/account/SecretFields';
import { isAccepted, NO_SECRET } from '@/features/account/secrets';
import { FormDialog } from '@/shared/dialogs';
import { useAction } from '@/shared/useAction';
import '@/features/account/texts';
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
  const id = useId();
  const [isTyped, setTyped] = useState(false);
  const [wanted, setWanted] = useState(NO_SECRET);
  const refresh = useAction({
    run: async () => {
      const answer = refreshSec({ path: { robot_id: robot.id }, body: { secret: isTyped ? wanted.value : '' } });
      return (await body(answer)).secret ?? '';
    },
    done: t('robots.refreshedToast', { name: robot.name }),
    onDone: (secret) => {
      if (isTyped) onClose();
      else onGenerated(secret);
    },
  });
  return (
    <FormDialog
      title={t('robots.secretTitle', { name: robot.name })}
      submit={t('robots.newSecret')}
      isValid={!isTyped || isAccepted(wanted)}
      action={refresh}
      onSubmit={() => refresh.mutate()}
      onClose={onClose}
      variant="small"
    >
      <Alert variant="warning" isInline isPlain title={t('robots.secretWarning')} />
      <FormGroup role="radiogroup" label={t('robots.secretHow')} fieldId={id}>
        <Radio
          id={`${id}-generated`}
          name={id}
          label={t('robots.secretGenerate')}
          isChecked={!isTyped}
          onChange={() => setTyped(false)}
        />
        <Radio
          id={`${id}-typed`}
          name={id}
          label={t('robots.secretType')}
          isChecked={isTyped}
          onChange={() => setTyped(true)}
        />
      </FormGroup>
      {isTyped && (
        <SecretFields
          label={t('account.secretValue')}
          repeatLabel={t('account.secretRepeat')}
          secret={wanted}
          onChange={setWanted}
        />
      )}
    </FormDialog>
  );
}
