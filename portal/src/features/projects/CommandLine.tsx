import './projects.css';
import { useTranslation } from '@/texts';
import { CopyButton } from '@/shared/Copy';

/** One command, to be copied. */
export function CommandLine({ command, label }: { command: string; label: string }) {
  const { t } = useTranslation();
  return (
    <div className="m-command">
      <code tabIndex={0} role="region" aria-label={label}>
        {command}
      </code>
      <CopyButton text={command} label={`${t('common.copy')}: ${label}`} />
    </div>
  );
}
