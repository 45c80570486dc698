import {
  Button,
  ClipboardCopyButton,
  CodeBlock,
  CodeBlockAction,
  CodeBlockCode,
  Tooltip,
} from '@patternfly/react-core';
import CopyIcon from '@patternfly/react-icons/dist/esm/icons/copy-icon';
import { useId, useState, type ReactNode } from 'react';
import { useTranslation } from '@/texts';
import { shortDigest } from './format';

/** Puts text on the clipboard; without TLS browsers have only the old way. */
export async function copyText(text: string): Promise<void> {
  if (window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'm-offscreen';
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

/** A small button that copies; `label` says what. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const copy = () => {
    void copyText(text).then(() => setCopied(true));
  };
  return (
    <Tooltip content={copied ? t('common.copied') : label} onTooltipHidden={() => setCopied(false)}>
      <Button className="m-copy" variant="plain" size="sm" icon={<CopyIcon />} aria-label={label} onClick={copy} />
    </Tooltip>
  );
}

/** What is too long to show: short, with the whole on hover and to copy. */
export function ShortToCopy({ value, shown }: { value: string; shown: string }) {
  const { t } = useTranslation();
  return (
    <span className="m-nowrap">
      <Tooltip content={value}>
        <code tabIndex={0}>{shown}</code>
      </Tooltip>
      <CopyButton text={value} label={`${t('common.copy')} ${shown}`} />
    </span>
  );
}

export function Digest({ value }: { value: string }) {
  return <ShortToCopy value={value} shown={shortDigest(value)} />;
}

interface CodeProps {
  /** What is copied. */
  code: string;
  label: string;
  /** What is shown, where that is another form of it. */
  shown?: string;
  /** More than to copy it, each a `CodeBlockAction`. */
  actions?: ReactNode;
  className?: string;
}

/** Commands or a document to copy as a whole. */
export function CodeToCopy({ code, label, shown = code, actions, className }: CodeProps) {
  const { t } = useTranslation();
  const id = useId();
  const [copied, setCopied] = useState(false);
  const copy = (
    <CodeBlockAction>
      <ClipboardCopyButton
        id={`${id}-copy`}
        textId={id}
        aria-label={`${t('common.copy')} ${label}`}
        variant="plain"
        onClick={() => void copyText(code).then(() => setCopied(true))}
        onTooltipHidden={() => setCopied(false)}
      >
        {copied ? t('common.copied') : t('common.copy')}
      </ClipboardCopyButton>
    </CodeBlockAction>
  );
  return (
    <CodeBlock
      className={className}
      actions={
        <>
          {copy}
          {actions}
        </>
      }
    >
      <CodeBlockCode id={id} tabIndex={0} aria-label={label} role="region">
        {shown}
      </CodeBlockCode>
    </CodeBlock>
  );
}
