import { Alert, Button, Content, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import DownloadIcon from '@patternfly/react-icons/dist/esm/icons/download-icon';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '@/session/session';
import { CodeToCopy } from '@/shared/Copy';
import { dockerLogin, fileName, skopeoLogin } from './commands';

interface Props {
  title: string;
  /** What the secret logs in as. */
  name: string;
  secret: string;
  onClose: () => void;
}

/** The one time a secret is shown. Only its button closes it: neither Escape nor a click beside it, by mistake. */
export default function SecretDialog({ title, name, secret, onClose }: Props) {
  const { t } = useTranslation();
  const { system } = useSession();
  const id = useId();
  const login = {
    registry: system.registry_url || window.location.host,
    name,
    secret,
    isPlainHttp: window.location.protocol === 'http:',
  };
  return (
    <Modal isOpen variant="medium" aria-labelledby={`${id}-title`} onEscapePress={() => undefined}>
      <ModalHeader title={title} labelId={`${id}-title`} />
      <ModalBody>
        <Alert variant="warning" isInline title={t('account.once')}>
          {t('account.onceHint')}
        </Alert>
        <Content component="h3">{t('account.loginName')}</Content>
        <CodeToCopy code={name} label={t('account.loginName')} />
        <Content component="h3">{t('account.secretValue')}</Content>
        <CodeToCopy code={secret} label={t('account.secretValue')} />
        <Content component="h3">{t('account.dockerLogin')}</Content>
        <CodeToCopy code={dockerLogin(login)} label={t('account.dockerLogin')} />
        <Content component="h3">{t('account.skopeoLogin')}</Content>
        <CodeToCopy code={skopeoLogin(login)} label={t('account.skopeoLogin')} />
      </ModalBody>
      <ModalFooter>
        <Button onClick={onClose}>{t('account.onceClose')}</Button>
        <Button variant="secondary" icon={<DownloadIcon />} onClick={() => save(name, secret)}>
          {t('account.downloadSecret')}
        </Button>
      </ModalFooter>
    </Modal>
  );
}

/** Gives the browser a file to keep; the address of it is gone afterwards. */
function save(name: string, secret: string): void {
  const content = new Blob([`${JSON.stringify({ name, secret }, null, 2)}\n`], { type: 'application/json' });
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName(name);
  link.click();
  URL.revokeObjectURL(address);
}
