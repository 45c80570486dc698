import { Icon } from '@patternfly/react-core';
import BrainIcon from '@patternfly/react-icons/dist/esm/icons/brain-icon';
import BoxIcon from '@patternfly/react-icons/dist/esm/icons/box-icon';
import CubeIcon from '@patternfly/react-icons/dist/esm/icons/cube-icon';
import FileIcon from '@patternfly/react-icons/dist/esm/icons/file-icon';
import ListIcon from '@patternfly/react-icons/dist/esm/icons/list-alt-icon';
import MicrochipIcon from '@patternfly/react-icons/dist/esm/icons/microchip-icon';
import WheelIcon from '@patternfly/react-icons/dist/esm/icons/dharmachakra-icon';
import { useTranslation } from '@/texts';
import './texts';

const ICONS = {
  IMAGE: CubeIcon,
  CHART: WheelIcon,
  CNAB: BoxIcon,
  WASM: MicrochipIcon,
  CNAI: BrainIcon,
  SBOM: ListIcon,
  UNKNOWN: FileIcon,
};

export type KnownType = keyof typeof ICONS;

/** The types the server tells apart; others are named by their media types. */
export const KNOWN_TYPES = Object.keys(ICONS) as KnownType[];

function isKnown(type: string): type is KnownType {
  return type in ICONS;
}

/** What a type is called. */
export function useTypeName(): (type: string) => string {
  const { t } = useTranslation();
  return (type) => (isKnown(type) ? t(`repositories.types.${type}`) : type);
}

/** The type of an artifact, with its icon. */
export function ArtifactType({ type }: { type: string }) {
  const name = useTypeName();
  const Shape = isKnown(type) ? ICONS[type] : FileIcon;
  return (
    <span className="m-nowrap">
      <Icon isInline>
        <Shape />
      </Icon>{' '}
      {name(type)}
    </span>
  );
}
