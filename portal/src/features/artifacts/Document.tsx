import { Button, CodeBlockAction, Tooltip } from '@patternfly/react-core';
import DownloadIcon from '@patternfly/react-icons/dist/esm/icons/download-icon';
import { useTranslation } from '@/texts';
import { CodeToCopy } from '@/shared/Copy';
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
  const downloadLabel = t('artifacts.documents.downloadOf', { name: fileName });
  return (
    <CodeToCopy
      code={text}
      shown={isJson ? pretty(text) : text}
      label={label}
      className="m-document"
      actions={
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
      }
    />
  );
}
