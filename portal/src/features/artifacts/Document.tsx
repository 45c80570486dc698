import {
  Button,
  ClipboardCopyButton,
  CodeBlock,
  CodeBlockAction,
  CodeBlockCode,
  Tooltip,
} from '@patternfly/react-core';
import DownloadIcon from '@patternfly/react-icons/dist/esm/icons/download-icon';
import { useId, useState } from 'react';
import { useTranslation } from '@/texts';
import { copyText } from '@/shared/Copy';
import { download } from './download';
import { pretty } from './manifest';
import './artifacts.css';
import './texts';

interface Props {
  /** Exactly as it is kept: this is downloaded and copied. */
  text: string;
  label: string;
  fileName: string;
  mediaType: string;
  isJson?: boolean;
}

/** A document as a whole, to read, copy and download. */
export function Document({ text, label, fileName, mediaType, isJson = false }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [copied, setCopied] = useState(false);
  const downloadLabel = t('artifacts.documents.downloadOf', { name: fileName });
  const actions = (
    <>
      <CodeBlockAction>
        <ClipboardCopyButton
          id={`${id}-copy`}
          textId={id}
          aria-label={`${t('common.copy')} ${label}`}
          variant="plain"
          onClick={() => void copyText(text).then(() => setCopied(true))}
          onTooltipHidden={() => setCopied(false)}
        >
          {copied ? t('common.copied') : t('common.copy')}
        </ClipboardCopyButton>
      </CodeBlockAction>
      <CodeBlockAction>
        <Tooltip content={downloadLabel}>
          <Button
            variant="plain"
            icon={<DownloadIcon />}
            aria-label={downloadLabel}
            onClick={() => download(text, fileName, mediaType)}
          />
        </Tooltip>
      </CodeBlockAction>
    </>
  );
  return (
    <CodeBlock actions={actions} className="m-document">
      <CodeBlockCode id={id} tabIndex={0} aria-label={label} role="region">
        {isJson ? pretty(text) : text}
      </CodeBlockCode>
    </CodeBlock>
  );
}
