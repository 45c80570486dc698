import { HelperText, HelperTextItem } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { useRegistry } from '@/shared/useRegistry';
import { takesCertificateOption, type Tool } from './commands';
import './texts';

/** What a tool has to be told before it talks to this server; nothing where it need not be told anything. */
export function ClientHint({ tool }: { tool: Tool }) {
  const { t } = useTranslation();
  const { host, isPlainHttp, certificate } = useRegistry();
  if (isPlainHttp) {
    if (tool !== 'docker') return null;
    return (
      <HelperText>
        <HelperTextItem>{t('projects.dockerPlainHttp')}</HelperTextItem>
      </HelperText>
    );
  }
  if (certificate === null) return null;
  return (
    <HelperText>
      <HelperTextItem>
        <a href={certificate} download="ca.crt">
          {t('projects.certificate.download')}
        </a>
        {': '}
        {takesCertificateOption(tool)
          ? t('projects.certificate.option', { tool })
          : t('projects.certificate.place', { tool, path: `/etc/docker/certs.d/${host}/ca.crt` })}
      </HelperTextItem>
    </HelperText>
  );
}
