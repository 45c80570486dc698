import { Icon } from '@patternfly/react-core';
import BoltIcon from '@patternfly/react-icons/dist/esm/icons/bolt-icon';
import ListIcon from '@patternfly/react-icons/dist/esm/icons/list-alt-icon';
import PaperclipIcon from '@patternfly/react-icons/dist/esm/icons/paperclip-icon';
import SignatureIcon from '@patternfly/react-icons/dist/esm/icons/file-signature-icon';
import { useTranslation } from '@/texts';
import './texts';

const KINDS = {
  'signature.cosign': { icon: SignatureIcon, text: 'repositories.accessories.cosign' },
  'signature.notation': { icon: SignatureIcon, text: 'repositories.accessories.notation' },
  'sbom.harbor': { icon: ListIcon, text: 'repositories.accessories.sbom' },
  'accelerator.nydus': { icon: BoltIcon, text: 'repositories.accessories.nydus' },
  'subject.accessory': { icon: PaperclipIcon, text: 'repositories.accessories.other' },
} as const;

function isKnown(type: string): type is keyof typeof KINDS {
  return type in KINDS;
}

/** What an accessory is of its subject. */
export function AccessoryType({ type }: { type: string }) {
  const { t } = useTranslation();
  const { icon: Shape, text } = KINDS[isKnown(type) ? type : 'subject.accessory'];
  return (
    <span className="m-nowrap">
      <Icon isInline>
        <Shape />
      </Icon>{' '}
      {isKnown(type) ? t(text) : type}
    </span>
  );
}
