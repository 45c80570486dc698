import { useTranslation } from '@/texts';
import type { ArtifactView } from '@/api/generated';
import { imageDetails } from '../details';
import { compareSets, compareValues, flatten } from './compare';
import { Differences } from './Differences';
import '@/features/artifacts/texts';

interface Props {
  left: ArtifactView;
  right: ArtifactView;
  isEqualShown: boolean;
}

/** The configurations of two images, or what the API knows of others; and the annotations. */
export function ConfigDifferences({ left, right, isEqualShown }: Props) {
  const { t } = useTranslation();
  const isImage = left.type === 'IMAGE' && right.type === 'IMAGE';
  const [one, other] = [imageDetails(left.extra_attrs), imageDetails(right.extra_attrs)];
  const parts = isImage
    ? [
        [t('artifacts.comparison.environment'), compareValues(one.environment, other.environment)] as const,
        [t('artifacts.comparison.ports'), compareSets(one.ports, other.ports)] as const,
        [t('artifacts.comparison.volumes'), compareSets(one.volumes, other.volumes)] as const,
        [t('artifacts.comparison.labels'), compareValues(one.labels, other.labels)] as const,
      ]
    : [
        [
          t('artifacts.comparison.attributes'),
          compareValues(flatten(left.extra_attrs), flatten(right.extra_attrs)),
        ] as const,
      ];
  const annotations = compareValues(left.annotations ?? {}, right.annotations ?? {});
  return (
    <>
      {[...parts, [t('artifacts.comparison.annotations'), annotations] as const].map(([title, differences]) => (
        <Differences key={title} title={title} differences={differences} isEqualShown={isEqualShown} />
      ))}
    </>
  );
}
