import { FormSelect, FormSelectOption, StackItem } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import type { Platform } from './compare';
import { Row } from '@/shared/Row';
import '@/features/artifacts/texts';

interface Props {
  platforms: { left: Platform[]; right: Platform[] };
  chosen: { left: Platform | undefined; right: Platform | undefined };
  onPlatform: (side: 'left' | 'right', platform: string) => void;
}

/** Which image of an index is compared. */
export function PlatformChoice({ platforms, chosen, onPlatform }: Props) {
  const { t } = useTranslation();
  return (
    <StackItem>
      <Row>
        {(['left', 'right'] as const).map((side) => (
          <div key={side} className="m-grow">
            {platforms[side].length > 0 && (
              <FormSelect
                aria-label={t('artifacts.comparison.platformOf', { side: t(`artifacts.comparison.${side}`) })}
                value={chosen[side]?.name}
                onChange={(_, value) => onPlatform(side, value)}
              >
                {platforms[side].map(({ name, digest }) => (
                  <FormSelectOption key={digest} value={name} label={name || t('artifacts.platforms.none')} />
                ))}
              </FormSelect>
            )}
          </div>
        ))}
      </Row>
    </StackItem>
  );
}
